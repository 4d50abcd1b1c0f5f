package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
)

// producer writes lines into the stream, as the agents of instances do.
type producer struct {
	client *kinesis.Client
	stream string

	mu   sync.Mutex
	next int      // number of the next line that is put
	puts []moment // since they were asked for
}

// moment is one put: the lines up to a number, at a time in milliseconds since 1970.
type moment struct {
	Last int     `json:"last"`
	At   float64 `json:"at"`
}

func newProducer(at place) http.Handler {
	p := &producer{client: at.client(), stream: at.Stream, next: 1}
	mux := http.NewServeMux()
	mux.HandleFunc("/produce", p.produce)
	mux.HandleFunc("/puts", p.told)
	return mux
}

// produce writes rate lines a second for some seconds, or at once where rate is 0 as many as seconds says.
func (p *producer) produce(w http.ResponseWriter, r *http.Request) {
	rate, _ := strconv.Atoi(r.FormValue("rate"))
	seconds, _ := strconv.Atoi(r.FormValue("seconds"))
	if rate == 0 {
		p.write(seconds, 100)
		return
	}
	const beat = 50 * time.Millisecond
	go func() {
		t := time.NewTicker(beat)
		defer t.Stop()
		for end, from, made := time.Now().Add(time.Duration(seconds)*time.Second), time.Now(),
			0; time.Now().Before(end); <-t.C {
			due := int(time.Since(from).Seconds()*float64(rate)) - made
			made += due
			p.write(due, max(1, rate/1000))
		}
	}()
}

func (p *producer) write(n, perRecord int) {
	if n <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	at := float64(time.Now().UnixMicro()) / 1000
	if err := put(context.Background(), p.client, p.stream, p.next, n, perRecord); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	p.next += n
	p.puts = append(p.puts, moment{p.next - 1, at})
}

// told says what was put since it was last asked.
func (p *producer) told(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = json.NewEncoder(w).Encode(map[string]any{"puts": p.puts, "put": p.next - 1})
	p.puts = nil
}
