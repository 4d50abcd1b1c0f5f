package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"avatar-launcher/app/i18n"
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
	what := i18n.Text("commands.setup.removes", len(ids), f.stack, a.Region) + " "
	done := i18n.Text("commands.setup.removed")
	if f.purge {
		what += i18n.Text("commands.setup.removesAll")
	} else {
		what += i18n.Text("commands.setup.removesNotUsers")
		done += "\n" + i18n.Text("commands.setup.removedNotUsers")
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

// confirm wants the stack's name typed at a terminal.
func confirm(in *os.File, what, name string) error {
	if !term.IsTerminal(int(in.Fd())) {
		return usage(messages.New("commands.setup.noTerminal"))
	}
	fmt.Fprint(os.Stderr, what+"\n"+i18n.Text("commands.setup.typeName"))
	answered := osdesktop.ProgramEnd.Asking(func() {})
	line, err := bufio.NewReader(io.LimitReader(in, 1024)).ReadString('\n')
	answered()
	if err != nil && !errors.Is(err, io.EOF) || strings.TrimSpace(line) != name {
		return &backend.Problem{Kind: backend.KindInterrupted, What: messages.New("cli.nothingDeleted"),
			Why: messages.New("cli.nameNotTyped"), Cause: err}
	}
	return nil
}
