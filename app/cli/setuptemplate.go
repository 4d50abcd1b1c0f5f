package cli

import (
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"os"

	"avatar-launcher/backend/account"
	"avatar-launcher/backend/messages"
)

// templateFile is the stack's template among the embedded files.
const templateFile = "build/aws/avatar-launcher.yaml"

// printTemplate prints the template as it would be sent, for anyone who deploys it by other means.
func printTemplate(w io.Writer, files fs.FS, f setupFlags) error {
	template, err := readTemplate(files)
	if err != nil {
		return err
	}
	region := cmp.Or(f.region, os.Getenv("AWS_REGION"))
	if region == "" {
		return usage(messages.New("commands.setup.noRegion"))
	}
	body, err := template.Body(region, f.spec.Set)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, body)
	return err
}

func readTemplate(files fs.FS) (account.Template, error) {
	data, err := fs.ReadFile(files, templateFile)
	if err != nil {
		return nil, fmt.Errorf("the stack's template: %w", err)
	}
	return account.ParseTemplate(data)
}
