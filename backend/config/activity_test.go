package config

import (
	"regexp"
	"testing"
)

// TestActivityPatternOnRealLines has lines as Epic's signalling servers and the embedded cloud write them.
func TestActivityPatternOnRealLines(t *testing.T) {
	pattern := regexp.MustCompile(Default().Profiles["local"].Log.ActivityPattern)
	for line, want := range map[string]bool{
		// Unreal Engine 5.4 and later: Signalling/src/SignallingServer.ts, PlayerRegistry.ts
		"New player connection: ::ffff:203.0.113.9 (/)":                                                  true,
		`[12:31:04.120]  info: New player connection: 203.0.113.9 (/?StreamerId=DefaultStreamer)`:        true,
		`{"level":"info","message":"Registered new player: Player0","timestamp":"2026-01-02T03:04:05Z"}`: true,
		"Registered new player: Player12":                                                                true,
		"New streamer connection: ::ffff:127.0.0.1":                                                      false,
		"Unregistered player: Player12":                                                                  false,
		"Streamer DefaultStreamer disconnected: 1001 - going away":                                       false,
		// 5.0 to 5.3: SignallingWebServer/cirrus.js
		"12:31:04.120 player 101 (::ffff:203.0.113.9) connected":   true,
		"12:31:04.120 player 101 (203.0.113.9) connected":          true,
		"12:31:04.120 Streamer connected: ::ffff:127.0.0.1":        false,
		"12:31:05.002 player 101 connection closed: 1001 - ":       false,
		"12:31:05.002 WebSocket listening for Players connections": false,
		"12:31:05.002 [37mplayer 101 -> SFU: playerConnected[0m":   false,
		// the embedded cloud
		`player connected: "4f2c91aa" (1 in all)`:                              true,
		"heartbeat: streamer MetaHuman answers in 12 ms, 1 players":            true,
		"heartbeat: streamer MetaHuman answers in 12 ms, 10 players":           true,
		"heartbeat: streamer MetaHuman answers in 12 ms, 0 players":            false,
		`player disconnected: "4f2c91aa" (0 left)`:                             false,
		"HTTP listening on *:80, players on *:80/ws":                           false,
		"streamer connected: MetaHuman":                                        false,
		"LogPixelStreaming: encoder at 9000 kbit/s, QP 21":                     false,
		"LogShaderCompilers: compiled 3040 of 18240 shaders (16 %), 2 workers": false,
	} {
		if got := pattern.MatchString(line); got != want {
			t.Errorf("%q counts as use: %t", line, got)
		}
	}
}
