package kinesis

import (
	"avatar-launcher/backend/logs"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"
)

const (
	mine   = "i-0123456789abcdef0"
	theirs = "i-0fedcba9876543210"
)

// record is a line in the launcher's schema.
func record(iid string, seq int, msg string) string {
	return fmt.Sprintf(`{"v":1,"ts":%q,"seq":%d,"iid":%q,"epoch":1,"lvl":"info","src":"boot","msg":%q}`,
		time.Now().UTC().Format(time.RFC3339Nano), seq, iid, msg)
}

func newBook(s *fakeStream, change func(*logs.Options, *Options)) *logs.Book {
	o, k := logs.Options{}, Options{Name: "avatar", API: s, Readers: 1, Log: slog.New(slog.DiscardHandler)}
	o.Log = k.Log
	if change != nil {
		change(&o, &k)
	}
	o.Source = New(k)
	return logs.New(o)
}

// follow follows mine for some time and returns when that is over.
func follow(t *testing.T, b *logs.Book, since time.Time, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := b.Follow(ctx, mine, since); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Follow: %v", err)
	}
}

func texts(b *logs.Book) []string {
	var out []string
	for _, l := range b.Lines(logs.Query{Limit: 5000}).Lines {
		out = append(out, l.Text)
	}
	return out
}

func wantTexts(t *testing.T, b *logs.Book, want ...string) {
	t.Helper()
	if got := texts(b); !slices.Equal(got, want) {
		t.Fatalf("lines:\n%q\nwant\n%q\nstats %+v", got, want, b.Stats())
	}
}

func numbered(from, to int) []string {
	var out []string
	for i := from; i <= to; i++ {
		out = append(out, fmt.Sprint("line ", i))
	}
	return out
}

func putNumbered(s *fakeStream, from, to int) {
	for i := from; i <= to; i++ {
		s.put(mine, record(mine, i, fmt.Sprint("line ", i)))
	}
}
