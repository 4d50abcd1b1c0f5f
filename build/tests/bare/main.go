// Command bare is a window of Wails with one line in it: what build/bench measures the launcher's own window beside.
package main

import (
	"log"
	"testing/fstest"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
)

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bare</title></head><body><h1>Hello</h1></body></html>`

func main() {
	err := wails.Run(&options.App{
		Title: "Bare", Width: 1100, Height: 760,
		AssetServer: &assetserver.Options{Assets: fstest.MapFS{"index.html": {Data: []byte(page)}}},
	})
	if err != nil {
		log.Fatal(err)
	}
}
