package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend/messages"
)

// translateHelp has the help of all commands speak the language in use. Cobra's own is English.
func translateHelp(root *cobra.Command) {
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [" + i18n.Text("commands.help.command") + "]",
		Short: i18n.Text("commands.help.short"),
		RunE: func(c *cobra.Command, args []string) error {
			named, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usage(messages.New("commands.help.noSuchCommand", strings.Join(args, " ")))
			}
			return named.Help()
		},
	})
	root.InitDefaultHelpCmd()
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { printHelp(c.OutOrStdout(), c) })
	root.SetUsageFunc(func(c *cobra.Command) error { printUsage(c.OutOrStderr(), c); return nil })
	translateFlags(root.PersistentFlags())
	translateFlagsOf(root)
}

// translateFlagsOf translates the flags of a command and of those below it.
func translateFlagsOf(c *cobra.Command) {
	c.Flags().BoolP("help", "h", false, i18n.Text("commands.help.flag"))
	translateFlags(c.LocalNonPersistentFlags())
	for _, below := range c.Commands() {
		translateFlagsOf(below)
	}
}

// translateFlags moves the flags' defaults from where pflag would say them, in English, into the flags' texts.
func translateFlags(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		switch f.DefValue {
		case "", "false", "0", "0s", "[]":
			return
		}
		f.Usage, f.DefValue = i18n.Text("commands.help.default", f.Usage, f.DefValue), zeroes[f.Value.Type()]
	})
}

// zeroes are the values that pflag doesn't tell as defaults, by type; "" of the others.
var zeroes = map[string]string{"bool": "false", "int": "0", "duration": "0s"}

// printHelp writes what a command is for and how it is called.
func printHelp(w io.Writer, c *cobra.Command) {
	text := c.Long
	if text == "" {
		text = c.Short
	}
	fmt.Fprint(w, text, "\n\n")
	printUsage(w, c)
}

// printUsage writes how a command is called.
func printUsage(w io.Writer, c *cobra.Command) {
	command, flags := i18n.Text("commands.help.command"), i18n.Text("commands.help.anyFlags")
	fmt.Fprintln(w, i18n.Text("commands.help.usage"))
	c.DisableFlagsInUseLine = true
	fmt.Fprintf(w, "  %s [%s]\n", c.UseLine(), flags)
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "  %s [%s]\n", c.CommandPath(), command)
	}
	if c.HasExample() {
		fmt.Fprintf(w, "\n%s\n%s\n", i18n.Text("commands.help.examples"), c.Example)
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%s\n", i18n.Text("commands.help.commands"))
		rows := [][]string{}
		for _, each := range c.Commands() {
			if each.IsAvailableCommand() || each.Name() == "help" {
				rows = append(rows, []string{" ", each.Name(), each.Short})
			}
		}
		(&printer{w: w}).table(rows)
	}
	if c.HasAvailableLocalFlags() {
		fmt.Fprintf(w, "\n%s\n%s", i18n.Text("commands.help.flags"), c.LocalFlags().FlagUsages())
	}
	if c.HasAvailableInheritedFlags() {
		fmt.Fprintf(w, "\n%s\n%s", i18n.Text("commands.help.globalFlags"), c.InheritedFlags().FlagUsages())
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%s\n", i18n.Text("commands.help.more", c.CommandPath(), command))
	}
}

// flagFault says what is wrong with a flag on the command line.
func flagFault(err error) messages.Message {
	var unknown *pflag.NotExistError
	var noValue *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	var malformed *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &unknown):
		name := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			name = "-" + unknown.GetSpecifiedName()
		}
		return messages.New("commands.flags.unknown", name)
	case errors.As(err, &noValue):
		return messages.New("commands.flags.needsValue", "--"+noValue.GetFlag().Name)
	case errors.As(err, &wrong):
		return wrongValue("--"+wrong.GetFlag().Name, wrong.GetValue(), wrong.GetFlag().Value.Type())
	case errors.As(err, &malformed):
		return messages.New("commands.flags.notAFlag", malformed.GetSpecifiedFlag())
	}
	return i18n.Sentence(err.Error())
}

// wrongValue says which values a flag of a type takes.
func wrongValue(flag, value, kind string) messages.Message {
	switch kind {
	case "duration":
		return messages.New("commands.flags.notADuration", flag, value)
	case "int":
		return messages.New("commands.flags.notANumber", flag, value)
	case "bool":
		return messages.New("commands.flags.notASwitch", flag, value)
	}
	return messages.New("commands.flags.notAValue", flag, value)
}

// exclude is the Problem of two flags that were given together.
func exclude(a, b string) error { return usage(messages.New("commands.flags.exclude", a, b)) }

// needs is the Problem of a flag without the one that it belongs to.
func needs(flag, other string) error { return usage(messages.New("commands.flags.needs", flag, other)) }
