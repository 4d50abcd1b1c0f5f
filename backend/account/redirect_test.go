package account

import (
	"strings"
	"testing"

	"avatar-launcher/backend/config"
)

// TestTheStackTakesTheProfilesRedirects: Cognito refuses an address that is not registered, port included.
func TestTheStackTakesTheProfilesRedirects(t *testing.T) {
	registered, _ := template(t).at("Parameters", "CallbackUrls", "Default").(string)
	for _, uri := range config.Default().Profiles["local"].Cognito.RedirectURIs {
		if !strings.Contains(","+registered+",", ","+uri+",") {
			t.Errorf("%s is not among %s", uri, registered)
		}
	}
}
