package logs_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"time"

	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/messages"
)

// boot is a Source with the lines of a boot. Most Sources decode and order lines by package ingest.
type boot []string

func (b boot) Read(_ context.Context, r logs.Request) iter.Seq[logs.Batch] {
	return func(yield func(logs.Batch) bool) {
		var entries []logs.Entry
		for i, text := range b {
			entries = append(entries, logs.Entry{
				At: r.Since.Add(time.Duration(i) * time.Second), Level: logs.LevelInfo, Source: "boot", Text: text,
				InstanceID: r.InstanceID,
			})
		}
		remark := logs.Remark(logs.LevelWarn, messages.New("logs.recordsInstanceNeverCame", 3))
		remark.At = r.Since.Add(time.Minute)
		yield(logs.Batch{Entries: append(entries, remark), Cursor: len(b)})
	}
}

// followed returns a log that has read the lines of a boot.
func followed() *logs.Book {
	b := logs.New(logs.Options{Source: boot{"Mounting the disk", "Starting the GPU driver", "The driver is ready"}})
	if err := b.Follow(context.Background(), "i-0123456789abcdef0",
		time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)); err != nil {
		panic(err)
	}
	return b
}

func ExampleSource() {
	for _, l := range followed().Lines(logs.Query{}).Lines {
		fmt.Println(l.Seq, l.Level, l.Source, l.Text)
	}
	// Output:
	// 1 info boot Mounting the disk
	// 2 info boot Starting the GPU driver
	// 3 info boot The driver is ready
	// 4 warn launcher 3 log lines are missing
}

func ExampleBook_Lines() {
	p := followed().Lines(logs.Query{Text: "DRIVER", Limit: 1})
	for _, l := range p.Lines {
		fmt.Printf("line %d of %d: %s, marked at %d\n", l.Seq, p.Last, l.Text, l.Marks)
	}
	// Output: line 3 of 4: The driver is ready, marked at [4 10]
}

func ExampleBook_Export() {
	n, err := followed().Export(os.Stdout, logs.Query{Level: "info", Pattern: `^Start|missing$`})
	fmt.Println(n, err)
	// Output:
	// 2026-01-02T03:04:06.000Z info  boot       Starting the GPU driver
	// 2026-01-02T03:05:05.000Z warn  launcher   3 log lines are missing
	// 2 <nil>
}

func ExampleSearch_View() {
	b := followed()
	defer b.Close()
	s := b.NewSearch()
	for _, typed := range []string{"d", "dr", "driver"} { // each narrows the one before
		p := s.View(logs.Query{Text: typed})
		for p.Searching { // a window would wait for Book.SubscribeFound
			p = s.View(logs.Query{Text: typed})
		}
		fmt.Println(typed, p.Matches)
	}
	// Output:
	// d 3
	// dr 2
	// driver 2
}
