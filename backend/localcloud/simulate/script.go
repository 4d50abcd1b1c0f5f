package simulate

import (
	"fmt"

	"avatar-launcher/backend/localcloud/ec2"
)

// line is a log line of the script; at is its place in the boot, 0 to 1.
type line struct {
	at              float64
	level, src, msg string
}

// bootScript is what an instance says while it boots. The last line is the moment from which the avatar answers.
func bootScript(in ec2.Instance) []line {
	script := []line{
		{0.00, "info", "boot", "kernel: Linux version 6.8.0-1029-aws (gcc 13.2.0) #31-Ubuntu SMP x86_64"},
		{0.02, "info", "boot", "kernel: DMI: Amazon EC2 " + in.Type + "/, BIOS 1.0 10/16/2017"},
		{0.05, "info", "boot", "systemd[1]: Started systemd-journald.service - Journal Service."},
	}
	if in.FirstBoot {
		script = append(script, firstBoot(in)...)
	} else {
		script = append(script, laterBoot(in)...)
	}
	return append(script,
		line{0.86, "info", "unreal", "LogInit: Display: Engine is initialized. Leaving FEngineLoop::Init()"},
		line{0.89, "info", "unreal",
			"LogPixelStreaming: Streaming URL: ws://127.0.0.1:8888, codec H264, 1920x1080 at 60 fps"},
		line{0.92, "info", "signalling", "streamer connected: MetaHuman"},
		line{0.96, "info", "signalling", "HTTP listening on *:80, players on *:80/ws"},
		line{1.00, "info", "signalling", "avatar ready"},
	)
}

func firstBoot(in ec2.Instance) []line {
	script := []line{
		{0.07, "info", "boot", "cloud-init[612]: Cloud-init v. 24.4 running 'init-local'"},
		{0.10, "info", "boot", "cloud-init[640]: ci-info: eth0 up, address " + in.PrivateIP},
		{0.13, "info", "boot", "cloud-init[640]: growpart: / grown to 100 GiB"},
		{0.17, "info", "boot", "cloud-init[702]: running 'modules:config'"},
		{0.20, "info", "boot", "cloud-init[731]: user data: " + userData(in)},
		{0.24, "info", "boot", "nvidia: loading NVIDIA UNIX x86_64 Kernel Module 570.133.20"},
		{0.29, "info", "boot", "nvidia-persistenced: device 0000:00:1e.0 registered"},
		{0.31, "info", "agent", "log agent started, stream partition " + in.ID},
		{0.34, "info", "boot", "cloud-init[731]: fetching project content, 14.2 GiB"},
		{0.40, "info", "boot", "cloud-init[731]: content verified, sha256 matches the manifest"},
		{0.43, "info", "boot", "cloud-init[731]: Cloud-init finished"},
		{0.46, "info", "unreal", "LogInit: Build: ++UE5+Release-5.5, Engine Version: 5.5.4"},
		{0.49, "info", "unreal", "LogRHI: Using Vulkan adapter 0: NVIDIA, 1 queue family"},
		{0.52, "warn", "unreal", "LogRHI: No pipeline cache found, shaders are compiled now"},
	}
	for i := range 6 {
		script = append(script, line{0.55 + 0.045*float64(i), "info", "unreal",
			fmt.Sprintf("LogShaderCompilers: compiled %d of 18240 shaders (%d %%)", 3040*(i+1), 100*(i+1)/6)})
	}
	return append(script, line{0.82, "info", "unreal", "LogMetaHuman: face rig loaded, 669 controls, groom LOD 0"})
}

func laterBoot(in ec2.Instance) []line {
	return []line{
		{0.10, "info", "boot", "cloud-init[588]: instance " + in.ID + " known, per-boot modules only"},
		{0.16, "info", "boot", "cloud-init[588]: ci-info: eth0 up, address " + in.PrivateIP},
		{0.24, "info", "boot", "nvidia: loading NVIDIA UNIX x86_64 Kernel Module 570.133.20"},
		{0.32, "info", "agent", "log agent started, stream partition " + in.ID},
		{0.38, "info", "unreal", "LogInit: Build: ++UE5+Release-5.5, Engine Version: 5.5.4"},
		{0.48, "info", "unreal", "LogRHI: Using Vulkan adapter 0: NVIDIA, 1 queue family"},
		{0.58, "info", "unreal", "LogRHI: pipeline cache found, 18240 shaders ready"},
		{0.72, "info", "unreal", "LogMetaHuman: face rig loaded, 669 controls, groom LOD 0"},
	}
}

// userData says how much user data there is; its content may be secret.
func userData(in ec2.Instance) string {
	if in.UserData == "" {
		return "none"
	}
	return fmt.Sprintf("%d bytes", len(in.UserData))
}

// chat is a line of a machine that is up: heartbeats mostly, a warning now and then.
func (m *machine) chat() line {
	n := m.s.env.Rand(100)
	ms := 4 + m.s.env.Rand(30)
	switch {
	case n < 60:
		return line{0, "info", "signalling",
			fmt.Sprintf("heartbeat: streamer MetaHuman answers in %d ms, %d players", ms, len(m.players))}
	case n < 75:
		return line{0, "info", "unreal",
			fmt.Sprintf("LogPixelStreaming: encoder at %d kbit/s, QP %d", 6000+100*m.s.env.Rand(90), 18+m.s.env.Rand(10))}
	case n < 85:
		return line{0, "info", "unreal", fmt.Sprintf("LogMetaHuman: idle animation %c blended in", 'A'+rune(m.s.env.Rand(6)))}
	case n < 92:
		return line{0, "debug", "agent",
			fmt.Sprintf("clock offset %d us, disk %d %% used", m.s.env.Rand(400), 31+m.s.env.Rand(3))}
	case n < 97:
		return line{0, "warn", "unreal", fmt.Sprintf("LogPixelStreaming: Warning: frame took %d ms, budget is 16 ms", 21+ms)}
	default:
		return line{0, "warn", "signalling", fmt.Sprintf("heartbeat late: %d ms", 900+20*ms)}
	}
}

// load is where the machine's figures stand; they wander.
type load struct {
	begun             bool
	cpu, gpu, mem, fp float64
}

// measure moves the figures one step towards what the number of players makes of them.
func (m *machine) measure() *metrics {
	players := len(m.players)
	busy := min(float64(players), 4)
	l := &m.load
	if !l.begun {
		*l = load{begun: true, cpu: 20, gpu: 35, mem: 41, fp: 59.5}
	}
	wander := func(v *float64, to, spread float64) {
		noise := (float64(m.s.env.Rand(2001))/1000 - 1) * spread
		*v += (to-*v)*0.4 + noise
	}
	wander(&l.cpu, 22+9*busy, 3)
	wander(&l.gpu, 38+11*busy, 4)
	wander(&l.mem, 42+2*busy, 0.4)
	wander(&l.fp, 59.6-0.5*busy, 0.6)
	out := 20_000 + m.s.env.Rand(8_000)
	if players > 0 {
		out += int64(players) * (1_100_000 + m.s.env.Rand(350_000))
	}
	return &metrics{
		CPU: round(clamp(l.cpu, 0, 100)), GPU: round(clamp(l.gpu, 0, 100)), Mem: round(clamp(l.mem, 0, 100)),
		NetOut: out, FPS: round(clamp(l.fp, 0, 60)), Players: players,
	}
}

func clamp(x, low, high float64) float64 { return min(max(x, low), high) }
