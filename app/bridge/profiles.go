package bridge

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/app/handover"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend/config"
)

// Profiles is the service of the dialog that adds a profile which somebody handed over.
type Profiles struct {
	service
	mu    sync.Mutex
	shown handover.Offer // as the page shows it: what is added is what was shown
}

// Offer is a profile that somebody hands over, before it is trusted.
type Offer struct {
	Source string `json:"source"` // the file or the address; "" for nothing
	// Host is the address' own, for a link that nobody has agreed to follow yet. Nothing else is known then.
	Host    string   `json:"host"`
	Name    string   `json:"name"`
	Text    string   `json:"text"`   // all of it, as it will be written
	Cloud   string   `json:"cloud"`  // where it leads
	SignIn  string   `json:"signIn"` // the pages that people sign in to, "" if it is the window only
	Zone    string   `json:"zone"`
	Taken   bool     `json:"taken"` // there is another profile of the name
	Same    bool     `json:"same"`  // the very profile is there
	Signed  bool     `json:"signed"`
	Problem *Problem `json:"problem"`
}

// Offered returns what the system opened the launcher for since the page asked last. A link waits for the user to
// agree, since any web page can have one; a file has been opened by them.
func (p *Profiles) Offered() Offer {
	opened := p.window.TakeOffer()
	if opened == "" {
		return Offer{}
	}
	source, err := handover.Source(opened)
	if err != nil {
		return Offer{Source: opened, Problem: problemOf(err)}
	}
	if u, err := url.Parse(source); err == nil && u.Scheme == "https" {
		return Offer{Source: source, Host: u.Host}
	}
	return p.read(source)
}

// Open reads the profile at a link that the user has agreed to, or at a path.
func (p *Profiles) Open(source string) Offer {
	real, err := handover.Source(strings.TrimSpace(source))
	if err != nil {
		return Offer{Source: source, Problem: problemOf(err)}
	}
	return p.read(real)
}

// Pick lets the user choose a file. The offer is empty if they chose none.
func (p *Profiles) Pick() Offer {
	path, err := p.window.PickFile(i18n.Say("profiles.choose"))
	if err != nil {
		return Offer{Problem: problemOf(err)}
	}
	if path == "" {
		return Offer{}
	}
	return p.read(path)
}

func (p *Profiles) read(source string) Offer {
	if source == "" {
		return Offer{}
	}
	client, err := core.HTTPClient()
	if err != nil {
		return Offer{Source: source, Problem: problemOf(err)}
	}
	ctx, done := p.window.Call(time.Minute)
	defer done()
	o, err := handover.Read(ctx, &http.Client{Transport: client.GetTransport()}, source)
	if err != nil {
		return Offer{Source: source, Problem: problemOf(err)}
	}
	f, err := config.Load(config.Paths().ConfigFile)
	if err != nil {
		return Offer{Source: source, Problem: problemOf(err)}
	}
	p.mu.Lock()
	p.shown = o
	p.mu.Unlock()
	return newOffer(o, f)
}

func newOffer(o handover.Offer, f *config.File) Offer {
	text, err := o.Profile.Marshal()
	if err != nil {
		return Offer{Source: o.Source, Problem: problemOf(err)}
	}
	there, taken := f.Profiles[o.Profile.Name]
	same := taken && reflect.DeepEqual(config.Changes(there, o.Profile), []string(nil))
	out := Offer{Source: o.Source, Name: o.Profile.Name, Text: string(text), Cloud: o.Profile.Endpoint,
		Zone: o.Profile.Zone.Name, Taken: taken && !same, Same: same, Signed: o.Signed}
	if out.Cloud == "" {
		out.Cloud = "AWS, " + o.Profile.Region
	}
	if o.Profile.Cognito.Browser() {
		out.SignIn = o.Profile.Cognito.Domain
	}
	return out
}

// Add adds the profile that was shown under a name, and makes it the one that the next start uses.
func (p *Profiles) Add(name string) Outcome {
	p.mu.Lock()
	defer p.mu.Unlock()
	added := p.shown.Profile
	added.Name = strings.TrimSpace(name)
	return Outcome{problemOf(config.AddProfile(config.Paths().ConfigFile, added))}
}

// Restart ends the launcher as Quit does, and opens it again with the profile that the configuration names.
func (p *Profiles) Restart() { p.window.Restart() }
