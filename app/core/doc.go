// Package core wires a profile into the rooms of the launcher: their clients, the embedded cloud, and the log file.
package core
