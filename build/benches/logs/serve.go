package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"runtime"
	"time"

	"avatar-launcher/app/bridge"
	"avatar-launcher/app/core"
	"avatar-launcher/backend/logs"
)

// host stands in for the window's: it serves the page, answers the log's bound methods over HTTP and sends its events
// as server-sent ones. The log and its service are the real ones; the log is read from a stream that a producer writes.
type host struct {
	bridge.Window
	book    *logs.Book
	service *bridge.Log
}

// Rooms implements bridge.Window, of which the log's service needs no more.
func (h *host) Rooms() *core.Rooms { return &core.Rooms{Logs: h.book} }

// serve runs it until standard input ends. Its first word is the address.
func serve(args []string) error {
	p, stop, err := startCloud()
	if err != nil {
		return err
	}
	defer stop()
	b := &host{book: logs.New(logs.Options{
		Source: streamOf(p.client(), p.Stream), MaxBytes: 1 << 30,
	})}
	for _, s := range bridge.Services(b) {
		if service, ok := s.(*bridge.Log); ok {
			b.service = service
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { _ = b.book.Follow(ctx, instance, time.Unix(0, 0)) }()
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(args[0])))
	mux.HandleFunc("/call/", b.call)
	mux.HandleFunc("/events", b.events)
	producer, err := url.Parse(p.Producer)
	if err != nil {
		return err
	}
	away := httputil.NewSingleHostReverseProxy(producer)
	mux.Handle("/produce", away)
	mux.Handle("/puts", away)
	mux.HandleFunc("/facts", b.facts)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + l.Addr().String())
	go func() { _ = http.Serve(l, mux) }()
	_, _ = os.Stdin.Read(make([]byte, 1))
	return nil
}

// call answers a bound method: its name in the path, its arguments in the body.
func (b *host) call(w http.ResponseWriter, r *http.Request) {
	var args []json.RawMessage
	_ = json.NewDecoder(r.Body).Decode(&args)
	var q bridge.Query
	number := func(i int) (n int) {
		if i < len(args) {
			_ = json.Unmarshal(args[i], &n)
		}
		return n
	}
	if len(args) > 0 {
		_ = json.Unmarshal(args[0], &q)
	}
	var answer any
	switch r.URL.Path {
	case "/call/Lines":
		answer = b.service.Lines(q)
	case "/call/View":
		answer = b.service.View(q)
	case "/call/Histogram":
		answer = b.service.Histogram(q, number(1))
	case "/call/At":
		answer = b.service.At(q, int64(number(1)))
	case "/call/Series":
		answer = b.service.Series(0, number(1))
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (b *host) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	tell := make(chan string, 16)
	say := func(s string) {
		select {
		case tell <- s:
		default:
		}
	}
	defer b.book.Subscribe(func(_, last uint64) {
		say(fmt.Sprintf("event: log\ndata: {\"last\":%d,\"error\":0}\n\n", last))
	})()
	defer b.book.SubscribeFound(func() { say("event: found\ndata: 0\n\n") })()
	for {
		select {
		case s := <-tell:
			_, _ = fmt.Fprint(w, s)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// facts are what the page cannot know of this process.
func (b *host) facts(w http.ResponseWriter, _ *http.Request) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	_ = json.NewEncoder(w).Encode(map[string]any{"last": b.book.Last(), "heap": m.HeapAlloc})
}
