package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"avatar-launcher/backend/updates"
)

// platforms are told by parts of the names of the packages' files.
var platforms = []struct{ part, platform string }{
	{"_windows", "windows/amd64"},
	{"_macos-universal", "darwin/arm64"}, {"_macos-universal", "darwin/amd64"},
	{"_arm64.deb", "linux/arm64"}, {"_aarch64.rpm", "linux/arm64"},
	{"_amd64.deb", "linux/amd64"}, {"_x86_64.rpm", "linux/amd64"},
}

// readPackages lists the packages in a folder with their sums.
func readPackages(folder string) (found []updates.Package, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "avatar-launcher_*"))
	if err != nil {
		return nil, err
	}
	for _, path := range files {
		for _, p := range platforms {
			if !strings.Contains(filepath.Base(path), p.part) {
				continue
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			sum := sha256.Sum256(data)
			found = append(found, updates.Package{Platform: p.platform, Name: filepath.Base(path), Bytes: int64(len(data)),
				SHA256: hex.EncodeToString(sum[:])})
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no package in %q", folder)
	}
	return found, nil
}

// readNews reads what is new by language. There may be no folder.
func readNews(folder string, into map[string]string) error {
	if folder == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil {
		return err
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		into[strings.TrimSuffix(filepath.Base(path), ".txt")] = strings.TrimSpace(string(text))
	}
	if into["en"] == "" {
		return fmt.Errorf("there is no en.txt in %q", folder)
	}
	return nil
}
