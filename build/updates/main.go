// updates writes the signed file by which launchers hear of releases (see backend/updates).
//
//	updates keys --root KEY --key PUBLIC… --number N [--days D]
//	updates release --keys keys.json --key KEY --version V --page URL --packages FOLDER [--news FOLDER] [--days D]
//
// Each prints a file. The first is for the root key's owner, on a computer that is offline, whenever a signing key comes or goes and before
// the list expires. The second is for each release, and again before the text expires. Keys are minisign's files; the
// password of an encrypted one is in MINISIGN_PASSWORD. The folder of news has en.txt, and other languages'.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"aead.dev/minisign"

	"avatar-launcher/backend/updates"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "updates:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: updates keys|release OPTIONS; each option is explained by -h")

func run(args []string, out io.Writer) error {
	if len(args) == 0 {
		return errUsage
	}
	var d updates.Document
	var err error
	switch args[0] {
	case "keys":
		d, err = keys(args[1:])
	case "release":
		d, err = release(args[1:])
	default:
		err = errUsage
	}
	if err != nil {
		return err
	}
	w := json.NewEncoder(out)
	w.SetIndent("", " ")
	return w.Encode(d)
}

// keys signs a list of signing keys.
func keys(args []string) (updates.Document, error) {
	var list updates.KeyList
	flags := flag.NewFlagSet("keys", flag.ContinueOnError)
	root := flags.String("root", "", "file of the root's private key")
	days := flags.Int("days", 365, "how long the list is good")
	flags.Int64Var(&list.Number, "number", 0, "number of the list, higher than that of every list before")
	flags.Func("key", "file of a public key that may sign releases; as often as there are keys", func(path string) error {
		key, err := minisign.PublicKeyFromFile(path)
		list.Keys = append(list.Keys, key)
		return err
	})
	if err := flags.Parse(args); err != nil {
		return updates.Document{}, err
	}
	key, err := private(*root)
	if err != nil {
		return updates.Document{}, err
	}
	list.Expires = time.Now().UTC().AddDate(0, 0, *days).Truncate(time.Second)
	return updates.SignKeys(key, list)
}

// release signs a release. Its number is the time, so that each is higher than the one before.
func release(args []string) (updates.Document, error) {
	now := time.Now().UTC().Truncate(time.Second)
	r := updates.Release{Number: now.Unix(), Issued: now, News: map[string]string{}}
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	list := flags.String("keys", "", "file with the signed list of keys")
	file := flags.String("key", "", "file of a private key that the list names")
	days := flags.Int("days", 30, "how long the text is good")
	news := flags.String("news", "", "folder of what is new: en.txt, and other languages' if there are any")
	packages := flags.String("packages", "", "folder of the packages")
	flags.StringVar(&r.Version, "version", "", "semantic version, such as v1.4.0")
	flags.StringVar(&r.Page, "page", "", "https URL of the download page")
	var d updates.Document
	if err := flags.Parse(args); err != nil {
		return d, err
	}
	r.Expires = now.AddDate(0, 0, *days)
	data, err := os.ReadFile(*list)
	if err == nil {
		err = json.Unmarshal(data, &d)
	}
	if err == nil {
		err = readNews(*news, r.News)
	}
	if err == nil {
		r.Packages, err = readPackages(*packages)
	}
	if err != nil {
		return d, err
	}
	key, err := private(*file)
	if err != nil {
		return d, err
	}
	if err := names(d, key); err != nil {
		return d, err
	}
	return updates.SignRelease(key, d, r)
}

// names returns an error unless the list has the key: launchers would refuse what it signs.
func names(d updates.Document, key minisign.PrivateKey) error {
	var list updates.KeyList
	if err := json.Unmarshal([]byte(d.Keys), &list); err != nil {
		return fmt.Errorf("the list of keys: %w", err)
	}
	for _, known := range list.Keys {
		if known.Equal(key.Public()) {
			return nil
		}
	}
	return errors.New("the list of keys does not name the key")
}

// private reads a private key, encrypted or not.
func private(path string) (minisign.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return minisign.PrivateKey{}, err
	}
	if minisign.IsEncrypted(text) {
		return minisign.DecryptKey(os.Getenv("MINISIGN_PASSWORD"), text)
	}
	var key minisign.PrivateKey
	return key, key.UnmarshalText(text)
}
