package updates

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// kept is the file in the state folder: the document that was accepted last. Its signatures are checked whenever it is
// read, so that a file that was changed, or that another root key has signed, counts as none.
type kept struct {
	Checked  time.Time `json:"checked"`
	Document []byte    `json:"document"`
}

func (c *Checker) recall() (k kept, a accepted, ok bool) {
	data, err := os.ReadFile(c.o.File)
	if err != nil || json.Unmarshal(data, &k) != nil {
		return kept{}, a, false
	}
	a, err = open(k.Document, c.root)
	if err != nil {
		return kept{}, a, false
	}
	return k, a, true
}

// keep replaces the file in one step.
func (c *Checker) keep(k kept) error {
	data, err := json.Marshal(k)
	if err != nil {
		return err
	}
	folder := filepath.Dir(c.o.File)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(folder, ".updates.*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), c.o.File)
}
