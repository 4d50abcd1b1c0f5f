package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/messages"
)

// removeStack takes everything away, after asking.
func removeStack(ctx context.Context, a *account.Account, out *printer, f setupFlags) error {
	ids, err := a.Instances(ctx)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("This deletes the stack %s in %s with its records and log, and %s. ", f.stack, a.Region, count(len(ids), "instance"))
	done := "The stack is deleted. The names of its users in the zone are left, pointing nowhere."
	if f.purge {
		what += "Its users and its audit are deleted, too."
	} else {
		what += "Its users and its audit stay; --purge deletes them."
		done += "\nIts users and its audit are kept: setup takes them up again."
	}
	if f.dryRun {
		out.fact(map[string]any{"type": "remove", "stack": f.stack, "instances": ids}, what)
		return nil
	}
	if !f.yes {
		if err := confirm(os.Stdin, what, f.stack); err != nil {
			return err
		}
	}
	if err := a.Remove(ctx, f.purge, out.event); err != nil {
		return err
	}
	out.fact(map[string]any{"type": "removed", "stack": f.stack, "purged": f.purge}, done)
	return nil
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

// confirm wants the stack's name typed at a terminal.
func confirm(in *os.File, what, name string) error {
	if !term.IsTerminal(int(in.Fd())) {
		return usage(errors.New("there is no terminal to ask at: give --yes to delete without being asked"))
	}
	fmt.Fprintf(os.Stderr, "%s\nType its name to go on: ", what)
	answered := osdesktop.ProgramEnd.Asking(func() {})
	line, err := bufio.NewReader(io.LimitReader(in, 1024)).ReadString('\n')
	answered()
	if err != nil && !errors.Is(err, io.EOF) || strings.TrimSpace(line) != name {
		return &backend.Problem{Kind: backend.KindInterrupted, What: messages.New("cli.nothingDeleted"), Why: messages.New("cli.nameNotTyped"), Cause: err}
	}
	return nil
}
