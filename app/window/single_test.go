package window

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// openSingle takes the window's lock, and serves second launches until the test ends.
func openSingle(t *testing.T, dir string) (shown chan struct{}) {
	t.Helper()
	s, first, _, err := takeSingle(dir, "")
	if err != nil || !first {
		t.Fatalf("first: %v, %v", first, err)
	}
	shown = make(chan struct{}, 8)
	ended := make(chan struct{})
	go func() { defer close(ended); s.serve(func(string) { shown <- struct{}{} }) }()
	t.Cleanup(func() { s.close(); <-ended })
	return shown
}

// TestSecondLaunchShowsTheFirstWindow in folders whose paths fit into a socket's address, and in ones that don't.
func TestSecondLaunchShowsTheFirstWindow(t *testing.T) {
	for name, folder := range map[string]string{"short": "state", "long": strings.Repeat("a-long-name ", 9) + "x",
		"long, of other letters": strings.Repeat("用户 ", 20) + "x"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), folder)
			shown := openSingle(t, dir)
			for range 2 {
				_, first, asked, err := takeSingle(dir, "")
				if err != nil || first || !asked {
					t.Fatalf("first: %v, asked: %v, %v", first, asked, err)
				}
				<-shown
			}
			other := openSingle(t, filepath.Join(t.TempDir(), folder)) // with the same name elsewhere
			if len(other) != 0 || len(shown) != 0 {
				t.Error("a launch with another state folder shows the window")
			}
		})
	}
}

// TestSecondLaunchAfterACrash finds a socket or a port that nobody serves.
func TestSecondLaunchAfterACrash(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"window.sock", "window.port"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("1 left-by-a-crash"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shown := openSingle(t, dir)
	if _, first, asked, err := takeSingle(dir, ""); first || !asked || err != nil {
		t.Fatalf("first: %v, asked: %v, %v", first, asked, err)
	}
	<-shown
}

// TestSecondLaunchNeedsTheWord: any program of this computer can reach a port, browsers included.
func TestSecondLaunchNeedsTheWord(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("a-long-name ", 9)+"x")
	shown := openSingle(t, dir)
	text, err := os.ReadFile(filepath.Join(dir, "window.port"))
	if err != nil {
		t.Fatal(err)
	}
	port, word, _ := strings.Cut(string(text), " ")
	if len(word) < 20 {
		t.Fatalf("the word is %q", word)
	}
	for _, wrong := range []string{"show", "GET / HTTP/1.1", word[1:], ""} {
		c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			t.Fatal(err)
		}
		if ask(c, wrong, "") {
			t.Errorf("%q shows the window", wrong)
		}
	}
	if len(shown) != 0 {
		t.Error("the window was shown")
	}
}
