package core

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/localcloud"
)

// CloudAddress is how programs of one user find the embedded cloud that one of them runs: a file in the state directory
// that only the user can read.
type CloudAddress struct {
	Endpoint string             `json:"endpoint"`
	Gateway  string             `json:"gateway"`
	EdgePort int                `json:"edgePort"`
	Outputs  localcloud.Outputs `json:"outputs"`
}

func addressFile(dir string) string { return filepath.Join(dir, "cloud.json") }

// fill puts the cloud's names and IDs into a profile, which then is one like any other.
func (a CloudAddress) fill(p config.Profile) config.Profile {
	out := a.Outputs
	p.Region, p.Endpoint = out.Region, a.Endpoint
	p.Cognito.UserPoolID, p.Cognito.ClientID, p.Cognito.IdentityPoolID = out.UserPoolID, out.ClientID, out.IdentityPoolID
	p.Cognito.Domain, p.Cognito.RedirectURIs = signInPages(a.Endpoint), out.RedirectURIs
	p.SetResources(resourcesOf(out))
	p.Avatar.Scheme, p.Avatar.Port, p.Avatar.Gateway = "http", a.EdgePort, a.Gateway
	if p.Avatar.Address == config.AddressPrivate { // this machine is in no network that has them
		p.Avatar.Gateway = net.JoinHostPort("127.0.0.1", strconv.Itoa(a.EdgePort))
	}
	p.DemoUsers = map[string]string{}
	for _, u := range out.DemoUsers {
		p.DemoUsers[u.Username] = u.Password
	}
	return p
}

// signInPages returns the address of the cloud's sign-in pages. They are opened by the name localhost, since browsers
// make and use passkeys for names and not for IP addresses.
func signInPages(endpoint string) string {
	return strings.Replace(endpoint, "http://127.0.0.1:", "http://localhost:", 1)
}

// File is a configuration whose profile "cloud" is a plain AWS one with this cloud's endpoint.
func (a CloudAddress) File() config.File {
	p := a.fill(config.Default().Profiles["local"])
	p.Cloud = config.CloudAWS
	return config.File{Profile: "cloud", Profiles: map[string]config.Profile{"cloud": p}}
}

// resourcesOf returns the names and IDs of an embedded cloud.
func resourcesOf(out localcloud.Outputs) backend.Resources {
	return backend.Resources{
		SessionsTable:  out.SessionsTable,
		InstancesTable: out.InstancesTable,
		LeasesTable:    out.LeasesTable,
		AuditTable:     out.AuditTable,
		StateIndex:     out.StateIndex,
		DayIndex:       out.DayIndex,
		Stream:         out.Stream,
		LaunchTemplate: out.LaunchTemplate,
		SubnetIDs:      out.SubnetIDs,
		ZoneID:         out.ZoneID,
		ZoneName:       out.ZoneName,
		ParkingAddress: out.ParkingAddress,
		ScheduleGroup:  out.SchedulerGroup,
		StopRoleARN:    out.StopRoleARN,
	}
}

// FindRunning reads the address and asks the cloud there for its outputs with the operator's key.
func FindRunning(ctx context.Context, dir string) (CloudAddress, bool) {
	a, err := ReadAddress(dir)
	if err != nil {
		return a, false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.Endpoint+"/_admin/outputs", nil)
	if err != nil {
		return a, false
	}
	req.Header.Set("Authorization", "Bearer "+a.Outputs.OperatorSecretAccessKey)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return a, false
	}
	defer resp.Body.Close()
	return a, resp.StatusCode == http.StatusOK
}

// ReadAddress reads where the embedded cloud of a state directory is, as WriteAddress has left it.
func ReadAddress(dir string) (CloudAddress, error) {
	var a CloudAddress
	data, err := os.ReadFile(addressFile(dir))
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	return a, err
}

// WriteAddress replaces the file in one step; CreateTemp's mode is 0600.
func WriteAddress(dir string, a CloudAddress) error {
	data, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".cloud-*.json")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // no longer there once renamed
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), addressFile(dir))
}

// EdgeAddress is where the instances' pages are served: the profile's port, or the last one.
func EdgeAddress(port int, old CloudAddress) string {
	if port == 0 {
		port = old.EdgePort
	}
	if port == 0 {
		return ""
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

func hostOf(endpoint string) string {
	const scheme = "http://"
	if len(endpoint) < len(scheme) {
		return ""
	}
	return endpoint[len(scheme):]
}
