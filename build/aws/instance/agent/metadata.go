package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"avatar-launcher/backend/gate"
)

const (
	metadataTime = 2 * time.Second // for all of one look
	lookEvery    = time.Second     // how old what was read may be
	tokenLife    = 6 * time.Hour   // the longest that there is
)

// client asks the metadata service, which no proxy of the environment can reach.
var client = &http.Client{Transport: &http.Transport{}}

var errNone = errors.New("there is no such thing")

// instance reads the metadata service, version 2.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
type instance struct {
	base string

	mu    sync.Mutex
	token string
	until time.Time // of the token
	last  gate.Session
	read  time.Time // when last was read
}

// session returns the session that the instance belongs to, no older than lookEvery.
func (i *instance) session() (gate.Session, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.read.IsZero() && time.Since(i.read) < lookEvery {
		return i.last, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), metadataTime)
	defer cancel()
	s, err := i.look(ctx)
	if err == nil {
		i.last, i.read = s, time.Now()
	}
	return s, err
}

func (i *instance) look(ctx context.Context) (gate.Session, error) {
	id, err := i.get(ctx, "instance-id")
	if err != nil {
		return gate.Session{}, err
	}
	tags := map[string]string{}
	for _, key := range gate.Tags {
		value, err := i.get(ctx, "tags/instance/"+key)
		if err != nil && !errors.Is(err, errNone) { // a service that doesn't answer must not look like a missing tag
			return gate.Session{}, err
		}
		tags[key] = value
	}
	return gate.SessionOf(id, tags), nil
}

// value reads one value, beside session. It returns errNone if there is none.
func (i *instance) value(ctx context.Context, path string) (string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.get(ctx, path)
}

// get reads one value. It returns errNone if there is none. The caller must hold the mutex.
func (i *instance) get(ctx context.Context, path string) (string, error) {
	if time.Now().After(i.until) {
		token, err := i.ask(ctx, http.MethodPut, "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds",
			fmt.Sprint(int(tokenLife.Seconds())))
		if err != nil {
			return "", err
		}
		i.token, i.until = token, time.Now().Add(tokenLife/2)
	}
	value, err := i.ask(ctx, http.MethodGet, "/latest/meta-data/"+path, "X-aws-ec2-metadata-token", i.token)
	if err != nil && !errors.Is(err, errNone) {
		i.until = time.Time{} // the token may be the reason
	}
	return value, err
}

func (i *instance) ask(ctx context.Context, method, path, header, value string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, i.base+path, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set(header, value)
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return "", errNone
	default:
		return "", fmt.Errorf("the metadata service answers %s", resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	return string(body), err
}
