package localcloud

import (
	"testing"
	"time"
)

func TestSmoke(t *testing.T) {
	begun := time.Now()
	c, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(begun))
	t.Logf("%+v", c.Outputs())
	begun = time.Now()
	d, err := Open(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(begun))
	d.Close()
	c.Close()
	begun = time.Now()
	c, err = Open(Options{})
	t.Log(time.Since(begun))
	c.Close()
}
