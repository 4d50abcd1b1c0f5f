package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// passwordFor finds the password of a user: from standard input, from the demo users of a cloud on this machine, or
// by asking at the terminal.
func passwordFor(p config.Profile, user string, fromStdin bool) (string, error) {
	if strings.TrimSpace(user) == "" {
		return "", usage(messages.New("commands.password.noUser"))
	}
	if fromStdin {
		answered := osdesktop.ProgramEnd.Asking(func() {})
		line, err := bufio.NewReader(typed(os.Stdin, 4096)).ReadString('\n')
		answered()
		if err != nil && !errors.Is(err, io.EOF) {
			return "", usage(messages.New("commands.password.cannotRead", err))
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", usage(messages.New("commands.password.noneOnStdin"))
		}
		return line, nil
	}
	if password, ok := p.DemoUsers[user]; ok {
		return password, nil
	}
	stdin := int(os.Stdin.Fd())
	if !term.IsTerminal(stdin) {
		if len(p.DemoUsers) > 0 {
			return "", &backend.Problem{Kind: backend.KindRefused, What: messages.New("cli.signInRefused"),
				Why: messages.New("cli.noDemoUserNo", strconv.Quote(user)), Next: messages.New("cli.nameDemoGivePassword")}
		}
		return "", usage(messages.New("commands.password.noTerminal"))
	}
	fmt.Fprint(os.Stderr, i18n.Text("commands.password.prompt", user))
	password, err := readSecret(stdin)
	if err != nil {
		return "", &backend.Problem{Kind: backend.KindInterrupted, What: messages.New("cli.noPasswordTyped"), Cause: err}
	}
	return string(password), nil
}

// readSecret reads a line that is not shown. A signal meanwhile leaves the terminal as it was.
func readSecret(fd int) ([]byte, error) {
	was, _ := term.GetState(fd)
	defer osdesktop.ProgramEnd.Asking(func() {
		if was != nil {
			_ = term.Restore(fd, was)
		}
		fmt.Fprintln(os.Stderr)
	})()
	typed, err := term.ReadPassword(fd)
	fmt.Fprintln(os.Stderr)
	return typed, err
}
