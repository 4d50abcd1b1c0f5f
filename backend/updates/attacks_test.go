package updates

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"

	"avatar-launcher/backend"
)

func TestARollbackIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		c := p.checker("v1.4.0", file)
		older := p.publish("v1.5.0")
		p.publish("v1.6.0")
		accepts(t, c, "v1.6.0")
		p.document = older
		refuses(t, c, errOlder)
		// Another text under the number that was seen is no better, whatever it says.
		p.number--
		p.publish("v1.7.0")
		refuses(t, c, errOlder)
		// A program that is newer than all that is published is offered nothing.
		p.publish("v1.7.0")
		if s := accepts(t, p.checker("v2.0.0", filepath.Join(t.TempDir(), "new")), "v1.7.0"); s.Newer {
			t.Error("an older release is offered")
		}
	})
}

func TestAnOlderListOfKeysIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		c := p.checker("v1.4.0", file)
		first := p.list()
		p.keys = 2
		p.publish("v1.5.0")
		accepts(t, c, "v1.5.0")
		p.document = p.sign(first, p.next("v1.6.0"))
		refuses(t, c, errOlder)
		// The same number with other keys is no list of the root's making either.
		p.public, p.key = newKey(t)
		p.publish("v1.6.0")
		refuses(t, c, errOlder)
	})
}

func TestAFrozenListExpires(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		c := p.checker("v1.4.0", file)
		p.publish("v1.5.0")
		accepts(t, c, "v1.5.0")
		time.Sleep(15 * 24 * time.Hour)
		if c.Known().Newer {
			t.Error("an expired release is still offered")
		}
		refuses(t, c, errExpired)
		p.keys = 2
		short := p.list()
		short.Expires = time.Now()
		p.document = p.sign(short, p.next("v1.6.0"))
		refuses(t, c, errExpired)
		p.publish("v1.6.0")
		accepts(t, c, "v1.6.0")
	})
}

func TestPartsOfTwoFilesAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		c := p.checker("v1.4.0", file)
		old := parsed(t, p.publish("v1.5.0"))
		p.publish("v1.6.0")
		accepts(t, c, "v1.6.0")
		// A newer list beside an older release of the same key forgives nothing.
		p.keys = 2
		newer := parsed(t, p.sign(p.list(), p.next("v1.7.0")))
		newer.Release, newer.ReleaseSignature = old.Release, old.ReleaseSignature
		p.document = p.marshal(newer)
		refuses(t, c, errOlder)
		// The list passes for no release, though a key of the same pair signs both.
		swapped := parsed(t, p.publish("v1.7.0"))
		swapped.Release, swapped.ReleaseSignature = swapped.Keys, string(minisign.Sign(p.key, []byte(swapped.Keys)))
		p.document = p.marshal(swapped)
		if s := c.Check(t.Context()); s.Trouble == nil || s.Release.Version != "v1.6.0" {
			t.Errorf("a list of keys passed for a release: %+v", s)
		}
	})
}

func TestAStolenKeyIsReplaced(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		c := p.checker("v1.4.0", file)
		p.publish("v1.5.0")
		accepts(t, c, "v1.5.0")
		stolen, good := p.document, p.number
		forged := p.next("v666.0.0")
		forged.Number = 1 << 60
		p.document = p.sign(p.list(), forged)
		accepts(t, c, "v666.0.0")
		p.public, p.key = newKey(t)
		p.keys, p.number = 2, good
		p.publish("v1.6.0")
		accepts(t, c, "v1.6.0")
		p.document = stolen
		refuses(t, c, errOlder)
		// A release of the old key beside the new list is a stranger's.
		mixed := parsed(t, p.publish("v1.7.0"))
		mixed.Release, mixed.ReleaseSignature = parsed(t, stolen).Release, parsed(t, stolen).ReleaseSignature
		p.document = p.marshal(mixed)
		refuses(t, c, errSignature)
	})
}

func TestForgeriesAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		c := p.checker("v1.4.0", file)
		good := parsed(t, p.publish("v1.5.0"))
		accepts(t, c, "v1.5.0")
		stranger, strangersKey := newKey(t)
		for name, forge := range map[string]func(d *Document){
			"another version": func(d *Document) { d.Release = strings.ReplaceAll(d.Release, "v1.5.0", "v1.6.0") },
			"a stranger's release": func(d *Document) {
				d.ReleaseSignature = string(minisign.Sign(strangersKey, []byte(d.Release)))
			},
			"a stranger's list": func(d *Document) {
				l := p.list()
				l.Keys, l.Number = []minisign.PublicKey{stranger}, 2
				forged, _ := SignKeys(strangersKey, l)
				*d, _ = SignRelease(strangersKey, forged, p.next("v1.6.0"))
			},
			"a list by the signing key": func(d *Document) { d.KeysSignature = string(minisign.Sign(p.key, []byte(d.Keys))) },
			"a release by the root": func(d *Document) {
				d.ReleaseSignature = string(minisign.Sign(p.root, []byte(d.Release)))
			},
			"no signature": func(d *Document) { d.ReleaseSignature = "" },
			"no list":      func(d *Document) { d.Keys, d.KeysSignature = "", "" },
			"another's comment": func(d *Document) {
				d.KeysSignature = strings.Replace(d.KeysSignature, "timestamp", "timestomp", 1)
			},
		} {
			forged := good
			forge(&forged)
			if forged == good {
				t.Fatalf("%s: nothing is forged", name)
			}
			p.document = p.marshal(forged)
			refuses(t, c, errSignature)
		}
	})
}

func TestAnotherProductOrPlatform(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		c := p.checker("v1.4.0", file)
		d := parsed(t, p.publish("v1.5.0"))
		d.Release = strings.ReplaceAll(d.Release, `"avatar-launcher"`, `"avatar-keeper"`)
		d.ReleaseSignature = string(minisign.Sign(p.key, []byte(d.Release)))
		p.document = p.marshal(d)
		refuses(t, c, errProduct)
		d.Keys = strings.ReplaceAll(d.Keys, `"avatar-launcher"`, `"avatar-keeper"`)
		d.KeysSignature = string(minisign.Sign(p.root, []byte(d.Keys)))
		p.document = p.marshal(d)
		refuses(t, c, errProduct)
		r := p.next("v1.6.0")
		r.Packages[0].Platform = "windows/amd64"
		p.document = p.sign(p.list(), r)
		if s := accepts(t, c, "v1.6.0"); s.Newer {
			t.Error("a release for another system is offered")
		}
	})
}

func TestPagesThatAreNotHTTPSAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		c := p.checker("v1.4.0", file)
		for _, page := range []string{"http://example.com", "file:///etc/passwd", "https://", "javascript:alert(1)",
			"https://user@example.com/", ""} {
			good := parsed(t, p.publish("v1.5.0"))
			good.Release = strings.Replace(good.Release, "https://example.com/download", page, 1)
			good.ReleaseSignature = string(minisign.Sign(p.key, []byte(good.Release)))
			p.document = p.marshal(good)
			if s := c.Check(t.Context()); s.Trouble == nil || s.Newer {
				t.Errorf("the page %q was taken", page)
			}
		}
	})
}

func TestTooMuchOrTooSlowOrTooFar(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		c := p.checker("v1.4.0", file)
		p.publish("v1.5.0")
		document := p.document
		endless := func(w http.ResponseWriter, _ *http.Request) {
			for line := bytes.Repeat([]byte(" "), 4096); ; {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		}
		squeezed := func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(append(document, bytes.Repeat([]byte(" "), MaxBytes)...))
			_ = z.Close()
		}
		slow := func(w http.ResponseWriter, r *http.Request) {
			for _, b := range document {
				if _, err := w.Write([]byte{b}); err != nil {
					return
				}
				_ = http.NewResponseController(w).Flush()
				select {
				case <-time.After(time.Second):
				case <-r.Context().Done():
					return
				}
			}
		}
		silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		away := func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.com/", http.StatusFound)
		}
		round := func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, address, http.StatusFound) }
		broken := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
		for name, handler := range map[string]http.HandlerFunc{"endless": endless, "squeezed": squeezed, "slow": slow,
			"silent": silent, "away": away, "round": round, "broken": broken} {
			p.serve(handler)
			begun := time.Now()
			s := c.Check(t.Context())
			if s.Trouble == nil || s.Newer {
				t.Errorf("%s: taken", name)
			}
			if took := time.Since(begun); took > patience {
				t.Errorf("%s: it took %s", name, took)
			}
			far := name != "endless" && name != "squeezed"
			if kind := backend.ProblemOf(s.Trouble).Kind; far != (kind == backend.KindUnreachable) {
				t.Errorf("%s: %s: %v", name, kind, s.Trouble)
			}
		}
	})
}
