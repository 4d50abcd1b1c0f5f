package app

import (
	"testing"

	"avatar-launcher/backend/account"
)

// TestWithoutAnImageThePoolIsEmpty: instances of an image that has no avatar never get ready, and each of them is billed.
func TestWithoutAnImageThePoolIsEmpty(t *testing.T) {
	for own, want := range map[bool]int{true: 5, false: 0} {
		f := profileOf("test", &account.Outputs{Region: "us-east-1", SignInURL: "https://x", OwnImage: own})
		if got := f.Profiles["test"].WarmPool.Size; got != want {
			t.Errorf("with an image of one's own %v: size %d, want %d", own, got, want)
		}
	}
}
