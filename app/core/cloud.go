package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"
)

// The simulated boot times of the local profile: far enough apart that a warm start and a cold one can be told.
const (
	BootWarm = 4 * time.Second
	BootCold = 25 * time.Second
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

// embedded is the local profile's cloud: run by this process, or by another one that this process found.
type embedded struct {
	dir     string
	boot    localcloud.Options
	log     *slog.Logger
	address CloudAddress

	mu     sync.Mutex
	own    *localcloud.Cloud // nil while another process runs it
	cancel context.CancelFunc
	guard  sync.WaitGroup
}

// openEmbedded finds the user's running cloud, or starts it on the state directory. It keeps watch: where the
// process that runs the cloud ends, this one takes over at the same addresses.
func openEmbedded(ctx context.Context, dir string, p config.Profile, log *slog.Logger) (*embedded, error) {
	e := &embedded{dir: dir, log: log,
		boot: localcloud.Options{Dir: dir, BootWarm: BootWarm, BootCold: BootCold, Region: p.Region, Logger: log}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, StateProblem(dir, err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		if a, ok := FindRunning(ctx, dir); ok {
			e.address = a
			break
		}
		err := e.start(p.Avatar.Port)
		if err == nil {
			break
		}
		// In use, but not answering yet: the other process has only just begun.
		if !errors.Is(err, localcloud.ErrInUse) || time.Now().After(deadline) {
			return nil, CloudProblem(dir, err)
		}
		if !Pause(ctx, 200*time.Millisecond) {
			return nil, ctx.Err()
		}
	}
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	e.cancel = cancel
	e.guard.Go(func() { e.standBy(watch) })
	return e, nil
}

// start runs the cloud here, at the addresses it had the last time where they are free: open pages and other
// programs go on working.
func (e *embedded) start(port int) error {
	cloud, err := OpenCloud(e.boot)
	if err != nil {
		return err
	}
	old, _ := ReadAddress(e.dir)
	edge := EdgeAddress(port, old)
	if err := cloud.Listen(hostOf(old.Endpoint), edge); err != nil {
		if port != 0 {
			_ = cloud.Close()
			return err
		}
		if err := cloud.Listen("", ""); err != nil {
			_ = cloud.Close()
			return err
		}
	}
	a := CloudAddress{Endpoint: cloud.Endpoint(), Gateway: cloud.Gateway(), EdgePort: cloud.EdgePort(),
		Outputs: cloud.Outputs()}
	if err := WriteAddress(e.dir, a); err != nil {
		_ = cloud.Close()
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.own, e.address = cloud, a
	return nil
}

// standBy takes the cloud over when the process that runs it has gone.
func (e *embedded) standBy(ctx context.Context) {
	for Pause(ctx, 2*time.Second) {
		e.mu.Lock()
		mine := e.own != nil
		e.mu.Unlock()
		if mine {
			return
		}
		if _, ok := FindRunning(ctx, e.dir); ok || ctx.Err() != nil {
			continue
		}
		if err := e.start(e.address.EdgePort); err != nil {
			e.log.Debug("the embedded cloud cannot be taken over yet", "cause", err)
		} else {
			e.log.Info("took the embedded cloud over", "endpoint", e.address.Endpoint)
		}
	}
}

// close ends the watch, and the cloud where it runs here.
func (e *embedded) close() {
	e.cancel()
	e.guard.Wait()
	if e.own != nil {
		_ = e.own.Close()
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

// CloudProblem says why the embedded cloud, with its state in dir, does not run.
func CloudProblem(dir string, err error) *backend.Problem {
	p := &backend.Problem{Kind: backend.KindConfig, What: messages.New("core.embeddedCloudCannotStarted"),
		Why: i18n.Sentence(err.Error()), Cause: err,
		Next: messages.New("core.closeWhateverUsesAddress")}
	var file *fs.PathError
	switch {
	case errors.Is(err, localcloud.ErrInUse):
		p.Next = messages.New("core.anotherLauncherRunsBut")
	case errors.Is(err, syscall.ENOSPC):
		p.Next = messages.New("core.makeRoomDiskTry", dir)
	case errors.As(err, &file):
		p.Next = messages.New("core.checkFolderPermissionsTry", dir)
	}
	return p
}

// StateProblem returns the Problem of a state directory that cannot be used.
func StateProblem(dir string, err error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("core.launcherFolderCannotUsed"),
		Why:  messages.Verbatim(fmt.Sprintf("%s: %v.", dir, err)),
		Next: messages.New("core.checkFolderPermissionsSpace"), Cause: err}
}

// Pause waits, and says no where ctx ended first.
func Pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
