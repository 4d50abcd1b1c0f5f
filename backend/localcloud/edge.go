package localcloud

import (
	"bytes"
	"html/template"
	"net/http"
	"net/netip"

	"avatar-launcher/backend/localcloud/ec2"
)

// Edge is what stands at the instances' public addresses for a browser: it looks the Host up in Route 53 and lets the
// instance at that address answer, so that a wrong record shows as a wrong page.
func (c *Cloud) Edge() http.Handler { return http.HandlerFunc(c.edge) }

func (c *Cloud) edge(w http.ResponseWriter, r *http.Request) {
	host := hostname(r.Host)
	addresses := c.route53.Lookup(host)
	if a, err := netip.ParseAddr(host); err == nil && c.opts.AddressPrefix.Contains(a) {
		addresses = []string{host}
	}
	if len(addresses) == 0 {
		notice{404, "No such name", "There is no record for this name.", host, ""}.write(w)
		return
	}
	for _, a := range addresses {
		if in, ok := c.answering(a); ok {
			c.site(in).ServeHTTP(w, r)
			return
		}
	}
	if addresses[0] == c.parkingAddress() {
		notice{502, "Nobody is here", "This name is parked: no avatar runs behind it now. Start one in the launcher.", host,
			addresses[0]}.write(w)
		return
	}
	w.Header().Set("Retry-After", "1")
	notice{503, "Not answering", "The instance at this name's address does not answer: it is still booting, or " +
		"has stopped.", host, addresses[0]}.write(w)
}

// Resolve returns the IPv4 addresses of a name, as the name servers answer now. It returns nil if there are none.
func (c *Cloud) Resolve(name string) []string { return c.route53.Lookup(name) }

// site is an instance's web server, behind the gate if there is one.
func (c *Cloud) site(in ec2.Instance) http.Handler {
	if c.opts.Gate == nil {
		return c.sim.Handler(in)
	}
	if h, ok := c.gates.Load(in.ID); ok {
		return h.(http.Handler)
	}
	now := func() ec2.Instance {
		in, _ := c.ec2.Load().Instance(in.ID)
		return in
	}
	server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.sim.Handler(now()).ServeHTTP(w, r) })
	h, _ := c.gates.LoadOrStore(in.ID, c.opts.Gate(in.ID, func() map[string]string { return now().Tags }, server))
	return h.(http.Handler)
}

// answering returns the instance that holds an address and answers there. Clients are taken to be in the instances'
// network, as those of a VPN are, so that private addresses answer, too.
func (c *Cloud) answering(address string) (ec2.Instance, bool) {
	in, ok := c.ec2.Load().ByAddress(address)
	return in, ok && (in.PublicIP == address || in.PrivateIP == address) && c.sim.Answering(in.ID)
}

// parkingAddress is where names point while nothing runs behind them: the first address of the prefix, which no
// instance is given.
func (c *Cloud) parkingAddress() string {
	return c.opts.AddressPrefix.Masked().Addr().Next().String()
}

// notice is a page of the edge's own.
type notice struct {
	Status               int
	Title, Text          string
	Host, PointsAtIPAddr string
}

var noticePage = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1.5rem}
code{font-size:.9em}small{opacity:.7}</style></head>
<body><h1>{{.Title}}</h1><p>{{.Text}}</p>
<p><small><code>{{.Host}}</code>{{with .PointsAtIPAddr}} → <code>{{.}}</code>{{end}}</small></p></body></html>
`))

func (n notice) write(w http.ResponseWriter) {
	var b bytes.Buffer
	if err := noticePage.Execute(&b, n); err != nil {
		http.Error(w, n.Title, n.Status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.WriteHeader(n.Status)
	_, _ = w.Write(b.Bytes())
}
