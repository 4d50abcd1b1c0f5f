// Package i18n holds the choice of language and what helps every part of the program to speak in it.
package i18n
