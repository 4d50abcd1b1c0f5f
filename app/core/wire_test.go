package core

import (
	"context"
	"testing"

	"avatar-launcher/backend/config"
)

// TestAProfileOfAWSThatIsGoneIsNoObstacle: a desktop signs by Cognito's credentials, and by no others.
func TestAProfileOfAWSThatIsGoneIsNoObstacle(t *testing.T) {
	t.Setenv("AWS_PROFILE", "of-an-earlier-job")
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/config")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/credentials")
	cfg, err := sdkConfig(context.Background(), config.Profile{Region: "us-east-1"})
	if err != nil || cfg.Region != "us-east-1" || cfg.HTTPClient == nil {
		t.Errorf("%+v, %v", cfg, err)
	}
}
