# First boot of an avatar instance on Ubuntu or Debian. The launch template puts REGION, STREAM, ZONE, MIRROR and PINS
# before it. It arms the instance's own stop, then sees to Vector (log and metrics) and Caddy (TLS and the readiness page).
# The avatar itself is the image's: see build/aws/README.md, "What an image must bring".
# ROOT is where files go; it is empty on an instance.
set -euo pipefail
ROOT=${ROOT:-}

put() { # put MODE PATH: a file from standard input
  mkdir -p "$ROOT$(dirname "$2")"
  cat >"$ROOT$2"
  chmod "$1" "$ROOT$2"
}

# The metadata service, version 2, and the instance's tags in it.
put 0755 /usr/local/lib/avatar/metadata <<'EOF'
#!/bin/bash
# metadata PATH: what the instance metadata service says. Fails with 4 where there is no such thing, with 1 where the
# service does not answer: the two must not be confused, or a silent service would look like a missing tag.
set -uo pipefail
at=${METADATA:-http://169.254.169.254}/latest
token=$(curl -fsS -m 2 --retry 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$at/api/token") || exit 1
body=$(mktemp) && trap 'rm -f "$body"' EXIT
code=$(curl -sS -m 2 --retry 3 -o "$body" -w '%{http_code}' -H "X-aws-ec2-metadata-token: $token" "$at/meta-data/$1") || exit 1
case $code in
200) cat "$body" ;;
404) exit 4 ;;
*) exit 1 ;;
esac
EOF

# The stop that needs neither launcher nor schedule nor network: past the tag expire-at the instance shuts itself down,
# which stops it. An instance without an owner is one that is being warmed: it shuts down as soon as it is ready, unless
# the pool's keeper lets it run for the next user until the tag hot-until.
# Two looks in a row must agree: just after a start the metadata service may still show the last owner's tags.
put 0755 /usr/local/lib/avatar/self-stop <<'EOF'
#!/bin/bash
set -uo pipefail
metadata() { "$(dirname "$0")/metadata" "$@"; }
run=${AVATAR_RUN:-/run/avatar}
off() {
  if [[ $(cat "$run/stop" 2>/dev/null) == "$1" ]]; then
    echo "avatar: $1, shutting down"
    ${SHUTDOWN:-shutdown -h now}
  else
    echo "avatar: $1, shutting down if the next look agrees"
    mkdir -p "$run"
    echo "$1" >"$run/stop" || ${SHUTDOWN:-shutdown -h now}
  fi
  exit 0
}
on() {
  rm -f "$run/stop"
  exit 0
}
until=$(metadata tags/instance/expire-at)
said=$?
if ((said == 0)); then
  end=$(date -d "$until" +%s 2>/dev/null) || off "the tag expire-at is no time: $until"
  (($(date +%s) < end)) || off "the session's time is up ($until)"
elif ((said != 4)); then
  echo "avatar: the metadata service does not answer"
  exit 1
fi
[[ -e $run/ready ]] || on
metadata tags/instance/owner >/dev/null
(($? == 4)) || on
hot=$(metadata tags/instance/hot-until)
said=$?
((said == 0 || said == 4)) || on
((said == 0 && $(date +%s) < $(date -d "$hot" +%s 2>/dev/null || echo 0))) || off "initialised"
on
EOF

put 0644 /etc/systemd/system/avatar-self-stop.service <<'EOF'
[Unit]
Description=Stop this instance when its time is up

[Service]
Type=oneshot
ExecStart=/usr/local/lib/avatar/self-stop
EOF
put 0644 /etc/systemd/system/avatar-self-stop.timer <<'EOF'
[Unit]
Description=Look every 15 seconds whether this instance's time is up

[Timer]
OnBootSec=15
OnUnitActiveSec=15
AccuracySec=1

[Install]
WantedBy=timers.target
EOF
# From here on the instance stops by itself, whatever fails below.
systemctl daemon-reload
systemctl enable --now avatar-self-stop.timer

mkdir -p "$ROOT/var/log/avatar" "$ROOT/etc/avatar"
printf 'REGION=%s\nSTREAM=%s\nZONE=%s\nMIRROR=%s\n' "$REGION" "$STREAM" "$ZONE" "${MIRROR:-}" | put 0644 /etc/avatar/stack.env
put 0644 /etc/avatar/pins <<<"$PINS"
# Whether the gate stands in front of the avatar: the stack names its program, or the image has it. From then on the avatar can't
# be reached without it, installed or not.
gate=''
if grep -q '^agent linux - - .*/' "$ROOT/etc/avatar/pins" || command -v avatar-agent >/dev/null; then gate=yes; fi

# WebRTC binds ports of the kernel's range, and the security group opens this one.
put 0644 /etc/sysctl.d/60-avatar.conf <<<'net.ipv4.ip_local_port_range = 49152 65535'
sysctl -q -p "$ROOT/etc/sysctl.d/60-avatar.conf" || echo "avatar: the range of ports stays as it was until the next start"

# s3 BUCKET/KEY FILE: an object, with the credentials of the instance's role. cloud-init brings Python; curl signs since 2022 only.
# https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
put 0755 /usr/local/lib/avatar/s3 <<'EOF'
#!/usr/bin/env python3
import datetime, hashlib, hmac, json, os, subprocess, sys, urllib.parse, urllib.request
metadata = lambda path: subprocess.run([os.path.dirname(os.path.abspath(__file__)) + "/metadata", path], check=True, capture_output=True, text=True).stdout
role = metadata("iam/security-credentials/").split()[0]
mine = json.loads(metadata("iam/security-credentials/" + role))
region = os.environ["REGION"]
host = "s3." + region + (".amazonaws.com.cn" if region.startswith("cn-") else ".amazonaws.com")
path = "/" + urllib.parse.quote(sys.argv[1])
now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
headers = {"host": host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": now, "x-amz-security-token": mine["Token"]}
names = ";".join(headers)
asked = "\n".join(["GET", path, "", *(f"{k}:{v}" for k, v in headers.items()), "", names, "UNSIGNED-PAYLOAD"])
scope = [now[:8], region, "s3", "aws4_request"]
text = "\n".join(["AWS4-HMAC-SHA256", now, "/".join(scope), hashlib.sha256(asked.encode()).hexdigest()])
key = ("AWS4" + mine["SecretAccessKey"]).encode()
for part in [*scope, text]:
    key = hmac.new(key, part.encode(), "sha256").digest()
headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={mine['AccessKeyId']}/{'/'.join(scope)}, SignedHeaders={names}, Signature={key.hex()}"
del headers["host"]
request = urllib.request.Request(os.environ.get("S3", "https://" + host) + path, headers=headers)
with urllib.request.urlopen(request, timeout=60) as answer, open(sys.argv[2], "wb") as file:
    file.write(answer.read())
EOF

# Vector and Caddy, unless the image has them: the pinned versions, from the mirror if there is one. Nothing runs before its
# SHA-256 fits. curl is in Ubuntu's and Debian's own images.
put 0755 /usr/local/lib/avatar/install-tools <<'EOF'
#!/bin/bash
set -uo pipefail
etc=${AVATAR_ETC:-/etc/avatar} bin=${AVATAR_BIN:-/usr/local/bin}
# shellcheck source=/dev/null
. "$etc/stack.env"
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
install_tool() {
  local name=$1 sum url
  id -u "$name" >/dev/null 2>&1 || useradd --system --user-group --home-dir "/var/lib/$name" --shell /usr/sbin/nologin "$name"
  ! command -v "$name" >/dev/null || return 0
  read -r sum url < <(awk -v name="$name" '$1 == name && $2 == "linux" { print $5, $6 }' "$etc/pins")
  [[ -z $MIRROR ]] || url=$MIRROR/${url##*/}
  if ! { mkdir -p "$tmp/$name" "$bin" &&
    curl -fsSL --retry 3 -m 600 -o "$tmp/$name.tar.gz" "$url" &&
    sha256sum -c --quiet <<<"$sum  $tmp/$name.tar.gz" &&
    tar -xzf "$tmp/$name.tar.gz" -C "$tmp/$name" &&
    install -m 0755 "$(find "$tmp/$name" -type f \( -path "*/bin/$name" -o -path "$tmp/$name/$name" \))" "$bin/$name"; }; then
    echo "avatar: $name could not be installed from $url"
    return 1
  fi
}
failed=0
if ! command -v curl >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -qq -o DPkg::Lock::Timeout=600 update && apt-get -qq -y -o DPkg::Lock::Timeout=600 install curl ca-certificates; } || failed=1
fi
for tool in vector caddy; do install_tool "$tool" || failed=1; done
read -r sum object < <(awk '$1 == "agent" && $2 == "linux" { print $5, $6 }' "$etc/pins")
if [[ -n $object ]] && ! sha256sum -c --quiet <<<"$sum  $bin/avatar-agent" 2>/dev/null; then
  if REGION=$REGION "$(dirname "$0")/s3" "$object" "$tmp/agent" && sha256sum -c --quiet <<<"$sum  $tmp/agent"; then
    install -m 0755 "$tmp/agent" "$bin/avatar-agent"
  else
    echo "avatar: the gate could not be installed from $object"
    failed=1
  fi
fi
# The relay is from the distribution's own packages. It is missed only where a network lets no UDP through.
if command -v avatar-agent >/dev/null && ! command -v turnserver >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -qq -o DPkg::Lock::Timeout=600 update && apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=600 install coturn; } ||
    echo "avatar: coturn could not be installed"
fi
exit "$failed"
EOF

# Vector's configuration for this boot. It holds the values themselves, since Vector 0.57 and later replace no variables.
# The tags are set before the instance is started. An epoch that is no number must not get into the configuration.
put 0755 /usr/local/lib/avatar/identify <<'EOF'
#!/bin/bash
set -euo pipefail
metadata() { "$(dirname "$0")/metadata" "$@"; }
run=${AVATAR_RUN:-/run/avatar} etc=${AVATAR_ETC:-/etc/avatar}
mkdir -p "$run"
iid=$(metadata instance-id)
[[ $iid =~ ^i-[0-9a-f]+$ ]] || { echo "avatar: $iid is not an instance ID"; exit 1; }
epoch=$(metadata tags/instance/epoch) || { (($? == 4)) && epoch=0; }
[[ $epoch =~ ^[0-9]{1,15}$ ]] || epoch=0
# shellcheck source=/dev/null
. "$etc/stack.env"
sed "s/@IID@/$iid/; s/@EPOCH@/$((10#$epoch))/; s/@REGION@/$REGION/; s/@STREAM@/$STREAM/" "$etc/vector.yaml" >"$run/vector.yaml.new"
mv "$run/vector.yaml.new" "$run/vector.yaml"
EOF

# Ready is when the image's own check says so, or without one when something answers on the signalling server's port.
put 0755 /usr/local/lib/avatar/watch-ready <<'EOF'
#!/bin/bash
set -uo pipefail
run=${AVATAR_RUN:-/run/avatar}
mkdir -p "$run"
ready() {
  [[ ! -e ${AVATAR_ETC:-/etc/avatar}/gated ]] || curl -fs -m 2 -o /dev/null http://127.0.0.1:8081/.avatar/gate || return
  if [[ -x /etc/avatar/ready ]]; then /etc/avatar/ready; else curl -fs -m 2 -o /dev/null "http://127.0.0.1:${AVATAR_PORT:-8080}/"; fi
}
while :; do
  if ready; then
    [[ -e $run/ready ]] || echo "avatar: ready"
    echo ready >"$run/ready"
  else
    rm -f "$run/ready"
  fi
  sleep 1
done
EOF

put 0644 /etc/systemd/system/avatar-identify.service <<'EOF'
[Unit]
Description=Who this instance is, for its log
After=network-online.target
Wants=network-online.target
Before=vector.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/usr/local/lib/avatar/identify
Restart=on-failure
RestartSec=2

[Install]
WantedBy=multi-user.target
EOF
put 0644 /etc/systemd/system/avatar-tools.service <<'EOF'
[Unit]
Description=Vector and Caddy, unless the image has them
After=network-online.target
Wants=network-online.target
Before=vector.service caddy.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/usr/local/lib/avatar/install-tools
TimeoutStartSec=30min
Restart=on-failure
RestartSec=30

[Install]
WantedBy=multi-user.target
EOF
put 0644 /etc/systemd/system/avatar-ready.service <<'EOF'
[Unit]
Description=Whether the avatar is ready

[Service]
ExecStart=/usr/local/lib/avatar/watch-ready
Restart=always

[Install]
WantedBy=multi-user.target
EOF
if [[ -n $gate ]]; then put 0644 /etc/avatar/gated <<<''; else rm -f "$ROOT/etc/avatar/gated"; fi
put 0644 /etc/systemd/system/avatar-gate.service <<'EOF'
[Unit]
Description=Lets nobody but the session's owner and their guests reach the avatar
After=network-online.target
Wants=network-online.target
ConditionPathExists=/etc/avatar/gated
StartLimitIntervalSec=0

[Service]
DynamicUser=yes
RuntimeDirectory=avatar-gate
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=yes
EnvironmentFile=/etc/avatar/stack.env
ExecStart=/usr/bin/env avatar-agent -listen 127.0.0.1:8081 -avatar http://127.0.0.1:8080 -turn /run/avatar-gate/turnserver.conf -state /run/avatar-gate/state -ask 127.0.0.1:9123 -zone ${ZONE}
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
EOF
# The relay. systemd hands it the gate's file, which nobody else can read.
put 0644 /etc/systemd/system/coturn.service <<'EOF'
[Unit]
Description=A TURN relay to the avatar, for networks without UDP
After=avatar-gate.service
ConditionPathExists=/etc/avatar/gated
ConditionPathExists=/usr/bin/turnserver
StartLimitIntervalSec=0

[Service]
User=turnserver
Group=turnserver
LoadCredential=turn:/run/avatar-gate/turnserver.conf
ExecStart=/bin/sh -c 'exec turnserver -c "$CREDENTIALS_DIRECTORY/turn" --pidfile='
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
EOF
# Both start again until identify has written the configuration, or install-tools has brought the program.
put 0644 /etc/systemd/system/vector.service <<'EOF'
[Unit]
Description=The instance's log and metrics
Wants=avatar-identify.service
After=avatar-identify.service
StartLimitIntervalSec=0

[Service]
User=vector
StateDirectory=vector
SupplementaryGroups=systemd-journal adm
ExecStart=/usr/bin/env vector --config /run/avatar/vector.yaml
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
EOF
put 0644 /etc/systemd/system/caddy.service <<'EOF'
[Unit]
Description=TLS and the readiness page
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
User=caddy
StateDirectory=caddy
EnvironmentFile=/etc/avatar/stack.env
ExecStart=/usr/bin/env caddy run --config /etc/caddy/Caddyfile
ExecReload=/usr/bin/env caddy reload --config /etc/caddy/Caddyfile --force
AmbientCapabilities=CAP_NET_BIND_SERVICE
LimitNOFILE=1048576
TimeoutStopSec=5
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
EOF

put 0644 /etc/avatar/vector.yaml <<'EOF'
# The instance's log and metrics into the launcher's record schema, one Kinesis record a line. The partition key is the
# instance's ID, so that a reader finds all of it on one shard; seq restarts with Vector, which readers expect.
data_dir: /var/lib/vector
sources:
  unreal: {type: file, include: [/var/log/avatar/unreal*.log], read_from: beginning}
  signalling: {type: file, include: [/var/log/avatar/signalling*.log], read_from: beginning}
  boot: {type: file, include: [/var/log/cloud-init-output.log], read_from: beginning}
  journal: {type: journald, current_boot_only: true, exclude_units: [vector.service]}
  host: {type: host_metrics, scrape_interval_secs: 5, collectors: [cpu, memory, network]}
  gpu:
    type: exec
    mode: scheduled
    scheduled: {exec_interval_secs: 5}
    command: [nvidia-smi, --query-gpu=utilization.gpu, '--format=csv,noheader,nounits']
transforms:
  lines:
    type: remap
    inputs: [unreal, signalling, boot, journal]
    source: |-
      text = to_string(.message) ?? ""
      src = "agent"
      if exists(.file) {
        name = to_string(.file) ?? ""
        if contains(name, "unreal") { src = "unreal" } else if contains(name, "signalling") { src = "signalling" } else { src = "boot" }
      }
      lvl = "info"
      priority = 6
      if exists(.PRIORITY) { priority = to_int(.PRIORITY) ?? 6 }
      if priority <= 3 || match(text, r'(?i)\b(error|fatal|critical)\b') { lvl = "error" } else if priority == 4 || match(text, r'(?i)\bwarn(ing)?\b') { lvl = "warn" }
      at = timestamp(.timestamp) ?? now()
      . = {"v": 1, "ts": format_timestamp!(at, "%Y-%m-%dT%H:%M:%S%.9fZ"), "iid": "@IID@", "epoch": @EPOCH@, "lvl": lvl, "src": src, "msg": text}
  figures:
    type: lua
    version: '2'
    inputs: [host, gpu]
    source: |-
      time, sent, total, free, gpu, last = {}, {}, nil, nil, nil, nil -- counters by CPU and mode, by device
      function sum(t, idle)
        local all = 0
        for k, v in pairs(t) do if idle == nil or (k:sub(-5) == "/idle") == idle then all = all + v end end
        return all
      end
    hooks:
      process: |-
        function (event, emit)
          if event.log then
            gpu = tonumber(event.log.message) or gpu
            return
          end
          local m = event.metric
          local v = (m.counter or m.gauge or {}).value
          if not v then return end
          if m.name == "cpu_seconds_total" then time[(m.tags.cpu or "") .. "/" .. (m.tags.mode or "")] = v
          elseif m.name == "network_transmit_bytes_total" and m.tags.device ~= "lo" then sent[m.tags.device] = v
          elseif m.name == "memory_total_bytes" then total = v
          elseif m.name == "memory_available_bytes" then free = v end
        end
    timers:
      - interval_seconds: 5
        handler: |-
          function (emit)
            local now = {busy = sum(time, false), idle = sum(time, true), sent = sum(sent), at = os.time()}
            if now.busy + now.idle == 0 then return end
            local before = last
            last = now
            if not before or now.at <= before.at then return end
            local b, i = now.busy - before.busy, now.idle - before.idle
            if b + i <= 0 then return end
            local log = {v = 1, src = "metrics", iid = "@IID@", ts = os.date("!%Y-%m-%dT%H:%M:%SZ"),
              cpu = 100 * b / (b + i), net_out = math.max(0, now.sent - before.sent) / (now.at - before.at)}
            if total and free then log.mem = 100 * (1 - free / total) end
            if gpu then log.gpu = gpu end
            emit({log = log})
          end
  numbered:
    type: lua
    version: '2'
    inputs: [lines, figures]
    source: n = 0
    hooks:
      process: |-
        function (event, emit)
          n = n + 1
          event.log.seq = n
          emit(event)
        end
sinks:
  stream:
    type: aws_kinesis_streams
    inputs: [numbered]
    region: '@REGION@'
    stream_name: '@STREAM@'
    partition_key_field: iid
    encoding: {codec: json}
    batch: {timeout_secs: 1, max_events: 400}
    request_retry_partial: true
    healthcheck: {enabled: false} # it would ask for DescribeStream, which the instance's role does not have
EOF

# A certificate of the image's own (a wildcard for the zone) is used where there is one; else Caddy gets one by itself
# for each name that is asked for, keeps it on the disk, and renews it. The gate allows names that resolve to this instance;
# without a gate those below the zone are. An image may bring acme.caddy, with options such as another authority.
if [[ -e $ROOT/etc/avatar/tls/cert.pem ]]; then
  echo 'tls /etc/avatar/tls/cert.pem /etc/avatar/tls/key.pem'
else
  printf 'tls {\n\ton_demand\n}\n'
fi | put 0644 /etc/caddy/tls.caddy
port=8081
# shellcheck disable=SC2016 # Caddy replaces it
[[ -n $gate ]] || port='{$AVATAR_PORT:8080}'
put 0644 /etc/caddy/avatar.caddy <<<"reverse_proxy 127.0.0.1:$port"
if [[ -n $gate ]]; then
  put 0644 /etc/caddy/ask.caddy <<<''
else
  put 0644 /etc/caddy/ask.caddy <<'EOF'
http://127.0.0.1:9123 {
	@ours expression `{http.request.uri.query.domain}.endsWith(".{$ZONE}")`
	respond @ours 200
	respond 404
}
EOF
fi
put 0644 /etc/caddy/Caddyfile <<'EOF'
{
	import acme*.caddy
	on_demand_tls {
		ask http://127.0.0.1:9123/ask
	}
}

import ask.caddy

https:// {
	import tls.caddy
	handle /healthz {
		root * {$AVATAR_RUN:/run/avatar}
		@ready file /ready
		respond @ready "ready" 200
		respond "not ready" 503
	}
	handle {
		import avatar.caddy
	}
}
EOF
systemctl daemon-reload
for unit in avatar-identify avatar-ready avatar-tools avatar-gate coturn vector caddy; do
  systemctl enable "$unit.service" || echo "avatar: $unit is not enabled"
  systemctl restart --no-block "$unit.service" || echo "avatar: $unit is not started"
done
