package window

import (
	"testing"
	"time"
)

// TestAnotherStartHandsItsOfferOver: a link that the system opens while a launcher runs reaches that one whole.
func TestAnotherStartHandsItsOfferOver(t *testing.T) {
	dir := t.TempDir()
	first, is, _, err := takeSingle(dir, "")
	if err != nil || !is {
		t.Fatal(is, err)
	}
	defer first.close()
	got := make(chan string, 1)
	go first.serve(func(offer string) { got <- offer })
	for _, offer := range []string{"", "avatar-launcher://profile?url=https://a.example/x y%20z&b", "/home/ann/m ü.avatar-profile"} {
		if _, is, asked, err := takeSingle(dir, offer); is || !asked || err != nil {
			t.Fatalf("%q: first %v, asked %v, %v", offer, is, asked, err)
		}
		select {
		case had := <-got:
			if had != offer {
				t.Errorf("%q became %q", offer, had)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("nothing arrived")
		}
	}
}

func TestWhatIsDropped(t *testing.T) {
	s := newShell(t.TempDir())
	s.dropped(0, 0, []string{"/home/ann/picture.png"})
	if got := s.takeOffer(); got != "" {
		t.Errorf("a picture was taken: %q", got)
	}
	s.dropped(0, 0, []string{"/a.png", "/home/ann/Studio.Avatar-Profile"})
	if got := s.takeOffer(); got != "/home/ann/Studio.Avatar-Profile" {
		t.Errorf("%q", got)
	}
	if got := s.takeOffer(); got != "" {
		t.Errorf("it was handed over twice: %q", got)
	}
}
