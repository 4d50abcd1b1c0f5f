package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/messages"
)

// printer writes what a verb has to say: lines for people, or one JSON object a line for scripts.
type printer struct {
	w      io.Writer
	json   bool
	leaves bool // an instance was left running
	tried  int  // how many of a start's tries it has said
}

// object writes one JSON line.
func (p *printer) object(v any) {
	data, err := json.Marshal(v)
	if err == nil {
		fmt.Fprintf(p.w, "%s\n", data)
	}
}

func (p *printer) phase(s backend.Snapshot) {
	if !p.json {
		text := phaseText(s.Phase)
		if s.Machine != nil && s.Phase.Active() {
			text += " " + s.Machine.InstanceID
		}
		if s.Ended != nil {
			text += "  " + i18n.EndedTitle(*s.Ended) + ". " + i18n.EndedText(*s.Ended, s.Cost.Currency) + "."
		}
		fmt.Fprintf(p.w, "%s  %s\n", s.Since.Local().Format(time.TimeOnly), text)
		return
	}
	id := ""
	if s.Session != nil {
		id = s.Session.InstanceID
	}
	p.object(struct {
		Type       string         `json:"type"`
		Phase      backend.Phase  `json:"phase"`
		At         time.Time      `json:"at"`
		InstanceID string         `json:"instanceId,omitempty"`
		Cold       bool           `json:"cold,omitempty"`
		Ended      *backend.Ended `json:"ended,omitempty"`
	}{"phase", s.Phase, s.Since.UTC(), id, s.Cold && s.Phase.Active(), s.Ended})
}

// phaseTexts are the phases in words. Scripts get the phases themselves.
var phaseTexts = map[backend.Phase]messages.Message{
	backend.SignedOut: messages.New("commands.run.phase.signedOut"),
	backend.SigningIn: messages.New("commands.run.phase.signingIn"),
	backend.Idle:      messages.New("commands.run.phase.idle"),
	backend.Claiming:  messages.New("commands.run.phase.claiming"),
	backend.Arming:    messages.New("commands.run.phase.arming"),
	backend.Booting:   messages.New("commands.run.phase.booting"),
	backend.Probing:   messages.New("commands.run.phase.probing"),
	backend.Ready:     messages.New("commands.run.phase.ready"),
	backend.Ending:    messages.New("commands.run.phase.ending"),
	backend.Failed:    messages.New("commands.run.phase.failed"),
}

func phaseText(p backend.Phase) string { return i18n.Translate(phaseTexts[p]) }

func (p *printer) line(l logs.Line) {
	if !p.json {
		fmt.Fprintf(p.w, "%s  %-5s %-10s %s\n", l.At.Local().Format("15:04:05.000"), l.Level, l.Source, logs.OneLine(l.Text))
		return
	}
	p.object(struct {
		Type string `json:"type"`
		logs.Line
	}{"log", l})
}

// missed says that lines came faster than they were printed, and are gone.
func (p *printer) missed(n uint64) {
	if !p.json {
		fmt.Fprintln(p.w, i18n.Text("commands.logs.missed", n))
		return
	}
	p.object(map[string]any{"type": "missed", "lines": n})
}

// ready prints the avatar's address, and a link that opens it if that is another.
func (p *printer) ready(url, link string) {
	if p.json {
		p.object(map[string]any{"type": "ready", "url": url, "connect": link})
		return
	}
	fmt.Fprintln(p.w, i18n.Text("commands.run.ready", url))
	if link != url {
		fmt.Fprintln(p.w, i18n.Say("run.connect", link))
	}
}

// tries says what a start tries since AWS had no capacity, each once.
func (p *printer) tries(all []messages.Message) {
	if len(all) < p.tried { // of another start
		p.tried = 0
	}
	for _, m := range all[p.tried:] {
		if !p.json {
			fmt.Fprintln(p.w, i18n.Translate(m))
			continue
		}
		p.object(map[string]any{"type": "try", "text": i18n.Translate(m)})
	}
	p.tried = len(all)
}

// queue says where somebody stands who waits for an instance.
func (p *printer) queue(q backend.Queue) {
	if !p.json {
		fmt.Fprintln(p.w, i18n.Translate(i18n.Waiting(&q)))
		return
	}
	p.object(map[string]any{"type": "queue", "position": q.Position, "length": q.Length, "why": i18n.Translate(q.Why)})
}

// left says that a session goes on that was found running. It says nothing for nil. The cloud's clock is ahead by skew.
func (p *printer) left(s *backend.Session, skew time.Duration) {
	if s == nil {
		return
	}
	p.leaves = true
	if p.json {
		p.object(map[string]any{"type": "left", "instanceId": s.InstanceID, "expireAt": s.ExpireAt.UTC()})
		return
	}
	fmt.Fprintln(p.w, i18n.Say("run.left", s.InstanceID, clockTime(s.ExpireAt, skew)))
}

// ended is the last line; err says why it ended badly, nil that it did not.
func (p *printer) ended(err error) {
	problem := backend.ProblemOf(err)
	if p.json {
		p.object(struct {
			Type    string           `json:"type"`
			Code    int              `json:"code"`
			Problem *backend.Problem `json:"problem"`
			At      time.Time        `json:"at"`
		}{"ended", exitCode(err), problem, time.Now().UTC()})
		return
	}
	if problem == nil && !p.leaves {
		fmt.Fprintln(p.w, i18n.Text("commands.run.endedAll"))
	}
}
