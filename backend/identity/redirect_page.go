package identity

import (
	_ "embed"
	"net/http"

	"avatar-launcher/backend/messages"
)

//go:embed redirect.html
var redirectPage string

// servePage serves the page that says how the sign-in came out.
func (r *redirect) servePage(w http.ResponseWriter) {
	select {
	case <-r.resultReady:
	default:
		r.write(w, http.StatusNotFound, "astray")
		return
	}
	page := "failed"
	if r.succeeded {
		page = "done"
	}
	r.write(w, http.StatusOK, page)
	r.pageOnce.Do(func() { close(r.pageServed) })
}

func (r *redirect) write(w http.ResponseWriter, status int, page string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = redirectTemplate.Execute(w, r.page(page))
}

// redirectTexts are the title, the heading and the text of each page.
var redirectTexts = map[string][3]messages.Message{
	"done": {messages.New("redirect.signedInTitle"), messages.New("redirect.signedIn"), messages.New("redirect.goBack")},
	"left": {messages.New("redirect.signedOutTitle"), messages.New("redirect.signedOut"),
		messages.New("redirect.providerMayKnow")},
	"failed": {messages.New("redirect.notSignedInTitle"), messages.New("redirect.notSignedIn"),
		messages.New("redirect.launcherSaysWhy")},
	"late": {messages.New("redirect.nothingToDoTitle"), messages.New("redirect.used"), messages.New("redirect.goOn")},
	"astray": {messages.New("redirect.nothingToDoTitle"), messages.New("redirect.nothingToDo"),
		messages.New("redirect.startThere")},
}

// redirectView is what the template of the pages shows.
type redirectView struct{ Kind, Language, Title, Heading, Text string }

// page returns a page in the language in use.
func (r *redirect) page(kind string) redirectView {
	say, language := messages.Message.String, messages.Default
	if r.translate != nil && r.language != nil {
		say, language = r.translate, r.language()
	}
	texts := redirectTexts[kind]
	if r.leaving && kind == "done" {
		texts = redirectTexts["left"]
	}
	return redirectView{kind, language, say(texts[0]), say(texts[1]), say(texts[2])}
}
