package config

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"avatar-launcher/backend/messages"

	"github.com/goccy/go-yaml"
)

// Marshal writes the profile as YAML with every key, such that Parse reads the same again.
func (p Profile) Marshal() ([]byte, error) { return marshal(p) }

func marshal(v any) ([]byte, error) {
	return yaml.MarshalWithOptions(v, yaml.IndentSequence(true),
		yaml.CustomMarshaler(func(d time.Duration) ([]byte, error) { return []byte(brief(d)), nil }))
}

// brief is d as people write it: 1h, not 1h0m0s.
func brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// WriteProfile writes a configuration file, readable by its owner only, in one step: anyone who reads it meanwhile sees
// the old or the new, never half of one.
func WriteProfile(path string, f File) error {
	if f.Desktop == (Desktop{}) {
		f.Desktop = desktop()
	}
	data, err := marshal(f)
	if err == nil {
		_, err = Parse(path, data) // what we would refuse to read we do not write
	}
	if err == nil {
		err = replace(path, data)
	}
	if err != nil {
		return problem(messages.New("config.profileCannotWritten"), reason(err, path),
			messages.New("config.checkFolderPermissions"), err)
	}
	return nil
}

// replace makes the file anew beside its place and moves it there. CreateTemp's mode is 0600.
func replace(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // no longer there once renamed
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
