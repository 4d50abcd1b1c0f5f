// Package doctor checks whether this computer and the cloud have all that the launcher needs.
package doctor
