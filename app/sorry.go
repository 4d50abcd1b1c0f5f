package app

import (
	"context"
	"html/template"
	"net/http"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	wailsoptions "github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	wailsruntime "github.com/wailsapp/wails/v2/pkg/runtime"
	"golang.org/x/term"

	"avatar-launcher/backend"
)

// sorry is all that a launcher shows that cannot start: nothing of the page runs half-configured.
var sorry = template.Must(template.New("sorry").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Avatar Launcher</title>
<link rel="stylesheet" href="/sorry.css"></head>
<body><main role="alert"><h1>{{.What}}</h1><p>{{.Why}}</p><p>{{.Next}}</p><p>Then open the launcher again.</p></main></body></html>`))

const sorryStyle = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;padding:2rem;background:Canvas;color:CanvasText}h1{font-size:1.25rem}p{overflow-wrap:anywhere}`

// showProblem says in a window why the launcher cannot start. At a terminal the message is there already. It returns
// when the window is closed, or ctx ends.
func showProblem(ctx context.Context, o *options, p *backend.Problem) {
	if term.IsTerminal(int(os.Stderr.Fd())) {
		return
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/sorry.css" {
			w.Header().Set("Content-Type", "text/css")
			_, _ = w.Write([]byte(sorryStyle))
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = sorry.Execute(w, p)
	})
	_ = wails.Run(&wailsoptions.App{
		Title: "Avatar Launcher", Width: 640, Height: 360, LogLevel: logger.ERROR, LogLevelProduction: logger.ERROR,
		AssetServer: &assetserver.Options{Handler: handler, Middleware: secure},
		OnStartup: func(window context.Context) {
			context.AfterFunc(ctx, func() { wailsruntime.Quit(window) })
		},
		Linux: &linux.Options{Icon: o.icon, ProgramName: "avatar-launcher"},
	}) // the message is printed all the same
}
