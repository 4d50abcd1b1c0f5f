package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"avatar-launcher/backend/messages"
)

// policyPlace is where this computer's policy is. Users' environments have no say in it.
type policyPlace struct {
	file    string // "" if the system has no such place
	owner   int    // the user who may own it beside the system's administrator, on Unix
	managed func() (source, text string, err error)
}

// policyAt is replaced by tests only, with UsePolicy.
var policyAt = policyPlace{file: systemPolicy(), managed: managedPolicy}

// PolicyFile is the path of the policy file, there or not:
//
//	Linux    /etc/avatar-launcher/policy.yaml
//	macOS    /Library/Application Support/avatar-launcher/policy.yaml
//	Windows  %ProgramData%\avatar-launcher\policy.yaml
//
// What a device management sends wins over the file: on macOS the key Policy of the managed preferences
// io.github.avatar-launcher, on Windows the value Policy of HKLM\SOFTWARE\Policies\avatar-launcher. Both hold the text
// of such a file.
func PolicyFile() string { return policyAt.file }

// UsePolicy lets tests have a policy file of their own, which the current user may own. It returns what ends that.
func UsePolicy(file string) (restore func()) {
	before := policyAt
	policyAt = policyPlace{file: file, owner: os.Getuid(), managed: func() (string, string, error) { return "", "", nil }}
	return func() { policyAt = before }
}

// policyText reads the policy. The error is fs.ErrNotExist if there is none.
func policyText() (source string, data []byte, err error) {
	source, text, err := policyAt.managed()
	if err != nil || text != "" {
		return source, []byte(text), err
	}
	path := policyAt.file
	if path == "" {
		return "", nil, fs.ErrNotExist
	}
	data, err = readFile(path)
	if err != nil {
		return path, nil, err
	}
	paths := []string{path, filepath.Dir(path)}
	if real, err := filepath.EvalSymlinks(path); err == nil && real != path {
		paths = append(paths, real, filepath.Dir(real))
	}
	for _, p := range paths {
		if othersMayWrite(p, policyAt.owner) {
			return path, nil, &writableByOthers{p}
		}
	}
	return path, data, nil
}

// writableByOthers says that ordinary users could have written a policy.
type writableByOthers struct{ path string }

func (e *writableByOthers) Error() string { return e.message().String() }

func (e *writableByOthers) message() messages.Message {
	return messages.New("config.policyWritableByOthers", e.path)
}

// policyContent is the policy for the watcher, which compares it.
func policyContent() content {
	_, data, err := policyText()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return content{}
	case err != nil:
		return content{wrong: err.Error()}
	}
	return content{text: string(data)}
}
