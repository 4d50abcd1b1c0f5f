package window

import (
	"os"
	"strings"
	"testing"
)

func TestTheProblemNamesTheAddress(t *testing.T) {
	const address = "http://demo.avatar.localhost:4580/"
	for _, copied := range []bool{true, false} {
		p := noBrowserProblem(address, copied, os.ErrNotExist)
		if !strings.Contains(p.Why.String(), address) || strings.Contains(p.Next.String(), "is copied") != copied {
			t.Errorf("copied %v: %+v", copied, p)
		}
	}
}
