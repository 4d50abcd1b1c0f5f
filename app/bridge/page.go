package bridge

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/backend"
)

// The services below are bound to the page, one a screen. A method that asks for something returns at once; what
// comes of it arrives as a "snapshot" event, problems included.

// Account is the sign-in page's service.
type Account struct{ service }

// DemoUsers lists the users of a demonstration cloud who sign in by one press; empty elsewhere.
// The first ones of the sign-in page come first: demo, then the names, then the numbered ones.
func (a *Account) DemoUsers() []string {
	users := []string{}
	for name := range a.rooms().Profile.DemoUsers {
		users = append(users, name)
	}
	slices.SortFunc(users, func(a, b string) int {
		return cmp.Or(cmp.Compare(demoRank(a), demoRank(b)), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return users
}

func demoRank(name string) int {
	switch last := name[len(name)-1]; {
	case name == "demo":
		return 0
	case name == "operator":
		return 2
	case '0' <= last && last <= '9':
		return 3
	}
	return 1
}

// SignIn begins signing in with a password.
func (a *Account) SignIn(username, password string) {
	a.do(backend.Wish{Verb: backend.WishSignIn, Username: username, Password: password})
}

// SignInDemo signs a demonstration user in; the password never reaches the page.
func (a *Account) SignInDemo(username string) {
	if password, ok := a.rooms().Profile.DemoUsers[username]; ok {
		a.do(backend.Wish{Verb: backend.WishSignIn, Username: username, Password: password})
	}
}

// Ways are the ways to sign in that the profile offers.
type Ways struct {
	Window  bool `json:"window"`  // user name and password
	Browser bool `json:"browser"` // the system's browser
	// Provider is what the company's sign-in is called, to which the browser goes; "" for the user pool's own pages.
	Provider string `json:"provider"`
	ByEmail  bool   `json:"byEmail"` // the domain of a typed e-mail address leads to the company's sign-in
}

// FirstFactors are the ways in that an account has, or why they are not known.
type FirstFactors struct {
	Code    bool     `json:"code"`
	Passkey bool     `json:"passkey"` // in the browser
	Problem *Problem `json:"problem"`
}

// Ways says how the profile lets people sign in.
func (a *Account) Ways() Ways {
	c := a.rooms().Profile.Cognito
	return Ways{Window: c.Window(), Browser: c.Browser(), Provider: c.Provider(), ByEmail: c.ByEmail()}
}

// FirstFactors asks Cognito what the account of that name may use instead of a password.
func (a *Account) FirstFactors(username string) FirstFactors {
	ctx, done := a.window.Call(askTime)
	defer done()
	f, err := a.rooms().Identity.Factors(ctx, username)
	if err != nil {
		return FirstFactors{Problem: problemOf(err)}
	}
	return FirstFactors{Code: f.Code, Passkey: f.Passkey && a.rooms().Profile.Cognito.Browser()}
}

// SignInByBrowser begins signing in by the system's browser. The name is typed ahead there; it may be empty.
func (a *Account) SignInByBrowser(username string) {
	a.do(backend.Wish{Verb: backend.WishBrowse, Username: username})
}

// SignOutInBrowser signs the system's browser out of the sign-in pages, and of a SAML provider behind them.
func (a *Account) SignOutInBrowser() Outcome {
	ctx, done := a.window.Call(askTime + time.Minute)
	defer done()
	if err := a.rooms().Identity.SignOutInBrowser(ctx, func(string) {}); err != nil {
		a.window.Log().Warn("the browser was not signed out", "cause", err)
		return Outcome{problemOf(err)}
	}
	return Outcome{}
}

// OpenBrowser opens the address of the sign-in by browser again.
func (a *Account) OpenBrowser() { a.window.OpenSignIn() }

// SignInByCode has a code sent that signs in without a password.
func (a *Account) SignInByCode(username string) {
	a.do(backend.Wish{Verb: backend.WishCode, Username: username})
}

// Forgot has a code sent, by which somebody who forgot the password sets a new one.
func (a *Account) Forgot(username string) {
	a.do(backend.Wish{Verb: backend.WishForgot, Username: username})
}

// Resend has the code of the open challenge sent again.
func (a *Account) Resend() { a.do(backend.Wish{Verb: backend.WishResend}) }

// Unlock tries the keyring again, which asks for its password where it is locked.
func (a *Account) Unlock() { a.do(backend.Wish{Verb: backend.WishUnlock}) }

// Respond answers the challenge of the snapshot: a code, or a new password.
func (a *Account) Respond(answer string) {
	a.do(backend.Wish{Verb: backend.WishRespond, Password: answer})
}

// Cancel leaves a challenge and returns to the sign-in form.
func (a *Account) Cancel() { a.do(backend.Wish{Verb: backend.WishCancel}) }

// SignInAgain leaves a sign-in that is no longer good for the sign-in form. The instance goes on running.
func (a *Account) SignInAgain() { a.do(backend.Wish{Verb: backend.WishRenew}) }

// SignOut stops the instance, revokes the sign-in and returns to the sign-in form.
func (a *Account) SignOut() { a.do(backend.Wish{Verb: backend.WishSignOut}) }

// Instance is the home page's service.
type Instance struct{ service }

// Start claims and starts an instance.
func (i *Instance) Start() { i.do(backend.Wish{Verb: backend.WishStart}) }

// Cancel breaks a start off; what was claimed is given back.
func (i *Instance) Cancel() { i.do(backend.Wish{Verb: backend.WishCancel}) }

// Stop stops the instance and gives it back to the pool.
func (i *Instance) Stop() { i.do(backend.Wish{Verb: backend.WishStop}) }

// Terminate deletes the instance and its disk.
func (i *Instance) Terminate() { i.do(backend.Wish{Verb: backend.WishTerminate}) }

// KeepGoing extends the session by its window.
func (i *Instance) KeepGoing() { i.do(backend.Wish{Verb: backend.WishExtend}) }

// Link returns an address that opens the avatar once, within a minute, and counts as activity.
func (i *Instance) Link() (string, error) {
	i.do(backend.Wish{Verb: backend.WishTouch, Use: backend.UseOpen})
	ctx, done := i.window.Call(askTime)
	defer done()
	return i.rooms().Link(ctx, i.snapshot())
}

// Connect opens the avatar in the system's browser and counts as activity.
func (i *Instance) Connect() { i.window.Connect() }

// About says what runs here.
type About struct {
	Version    string `json:"version"`
	Profile    string `json:"profile"`
	Endpoint   string `json:"endpoint"` // the cloud's address; "" means AWS itself
	Region     string `json:"region"`
	ConfigFile string `json:"configFile"`
	LogFolder  string `json:"logFolder"`
	Tray       bool   `json:"tray"`   // a tray host is there: closing the window hides it
	Demo       bool   `json:"demo"`   // the cloud is a simulation on this computer, which costs nothing
	Update     string `json:"update"` // what is known of newer releases
}

var errNoLauncher = errors.New("the launcher has not started")

// Page is the service of the page as a whole.
type Page struct{ service }

// Snapshot returns the current snapshot, as soon as there is one; later ones arrive as "snapshot" events.
func (p *Page) Snapshot() (Snapshot, error) {
	if !p.window.Ready() {
		return Snapshot{}, errNoLauncher
	}
	return NewSnapshot(p.snapshot()), nil
}

// About says what runs here.
func (p *Page) About() (About, error) {
	if !p.window.Ready() {
		return About{}, errNoLauncher
	}
	return p.about(), nil
}

// Touch says that the user did something in the window. The page calls it at most twice a minute.
func (p *Page) Touch() { p.do(backend.Wish{Verb: backend.WishTouch}) }

// Beat is the page's heartbeat, every 5 s; a page that stops beating is reloaded.
func (p *Page) Beat() { p.window.Beat() }

// DismissProblem clears the snapshot's problem.
func (p *Page) DismissProblem() { p.do(backend.Wish{Verb: backend.WishDismiss}) }

// OpenLogs shows the folder of the launcher's own log files.
func (p *Page) OpenLogs() { p.window.OpenPath(core.LogFolder(p.window.StateDir())) }

// OpenDownloadPage opens the page of a newer release in the system's browser.
func (p *Page) OpenDownloadPage() { p.window.OpenDownloadPage() }

// ShowCrashReport opens the report of what ended the launcher last time.
func (p *Page) ShowCrashReport() { p.window.ShowCrashReport() }

// Quit stops the instance, signs out and ends the program.
func (p *Page) Quit() { p.window.Quit() }

// QuitQuestion is the question before quitting, sent as a "quit" event.
type QuitQuestion struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Stops bool   `json:"stops"` // quitting stops the avatar
	Tray  bool   `json:"tray"`  // the window can be hidden instead
}

// QuitAnswer is what the user chose.
type QuitAnswer string

// The answers.
const (
	QuitNot    QuitAnswer = ""
	QuitToTray QuitAnswer = "tray" // hide the window, and go on
	QuitStop   QuitAnswer = "quit"
)

// QuitShown says that the page shows the question before quitting. Without it the system's dialog asks.
func (p *Page) QuitShown() { p.window.QuestionShown() }

// AnswerQuit answers the question before quitting: "tray", "quit", or "" to stay.
func (p *Page) AnswerQuit(answer string) { p.window.AnswerQuit(QuitAnswer(answer)) }

// Retry has the cloud asked again at once for what could not be reached.
func (p *Page) Retry() { p.do(backend.Wish{Verb: backend.WishRetry}) }
