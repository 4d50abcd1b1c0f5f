# First boot of an avatar instance on Windows Server. The launch template puts $Region, $Stream and $Zone before it.
# It installs Vector (log and metrics) and Caddy (TLS and the readiness page) and registers two scheduled tasks. The
# avatar itself is the image's: see build/aws/README.md, "What an image must bring".
$ErrorActionPreference = 'Stop'
[Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
$Base = 'C:\Avatar'
New-Item -ItemType Directory -Force -Path $Base, "$Base\log", "$Base\run", "$Base\tls", 'C:\Caddy' | Out-Null

function Save-Text([string]$Path, [string]$Text) {
    [IO.File]::WriteAllText($Path, $Text, (New-Object Text.UTF8Encoding($false)))
}

# The metadata service, version 2. A tag that is not there is $null; a service that does not answer is an error.
Save-Text "$Base\metadata.ps1" @'
function Get-Metadata([string]$Path) {
    $at = 'http://169.254.169.254/latest'
    $token = Invoke-RestMethod -UseBasicParsing -Method Put -TimeoutSec 2 -Uri "$at/api/token" -Headers @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '60' }
    try {
        Invoke-RestMethod -UseBasicParsing -TimeoutSec 2 -Uri "$at/meta-data/$Path" -Headers @{ 'X-aws-ec2-metadata-token' = $token }
    } catch {
        if ($_.Exception.Response -and [int]$_.Exception.Response.StatusCode -eq 404) { return $null }
        throw
    }
}
'@

# At each start of the machine: who this instance is, then Vector and Caddy, then whether the avatar is ready.
Save-Text "$Base\start.ps1" @'
$ErrorActionPreference = 'Stop'
. C:\Avatar\metadata.ps1
Remove-Item -Force -ErrorAction SilentlyContinue C:\Avatar\run\ready
$iid = $null
while (-not $iid) { try { $iid = Get-Metadata 'instance-id' } catch { Start-Sleep -Seconds 2 } }
$epoch = Get-Metadata 'tags/instance/epoch'
if ("$epoch" -notmatch '^[0-9]{1,15}$') { $epoch = '0' }
$values = @{ IID = $iid; EPOCH = [long]$epoch }
foreach ($line in Get-Content C:\Avatar\stack.env) { $name, $value = $line -split '=', 2; $values[$name] = $value }
# Vector's configuration holds the values themselves, since Vector 0.57 and later replace no variables.
$text = [IO.File]::ReadAllText('C:\Avatar\vector.yaml')
foreach ($name in $values.Keys) { $text = $text.Replace("@$name@", "$($values[$name])") }
[IO.File]::WriteAllText('C:\Avatar\run\vector.yaml', $text)
foreach ($name in 'vector', 'caddy') {
    # A service takes the machine's variables as they were when the machine started, so they are given to it here.
    $key = "HKLM:\SYSTEM\CurrentControlSet\Services\$name"
    New-ItemProperty -Force -Path $key -Name Environment -PropertyType MultiString -Value (Get-Content C:\Avatar\stack.env) | Out-Null
    Restart-Service -Name $name
}
while ($true) {
    $ready = $false
    try {
        if (Test-Path C:\Avatar\ready.ps1) { $ready = [bool](& C:\Avatar\ready.ps1) }
        else { $ready = (Invoke-WebRequest -UseBasicParsing -TimeoutSec 2 -Uri 'http://127.0.0.1:8080/').StatusCode -eq 200 }
    } catch { $ready = $false }
    if ($ready) { [IO.File]::WriteAllText('C:\Avatar\run\ready', 'ready') }
    else { Remove-Item -Force -ErrorAction SilentlyContinue C:\Avatar\run\ready }
    Start-Sleep -Seconds 1
}
'@

# The stop that needs neither launcher nor schedule: past the tag expire-at the instance shuts itself down, which stops
# it. An instance without an owner is one that is being warmed: it shuts down as soon as it is ready.
Save-Text "$Base\self-stop.ps1" @'
$ErrorActionPreference = 'Stop'
. C:\Avatar\metadata.ps1
$until = Get-Metadata 'tags/instance/expire-at'
if ($until) {
    $end = [DateTimeOffset]::MinValue
    $styles = [Globalization.DateTimeStyles]::AssumeUniversal
    $known = [DateTimeOffset]::TryParse($until, [Globalization.CultureInfo]::InvariantCulture, $styles, [ref]$end)
    if (-not $known -or [DateTimeOffset]::UtcNow -ge $end) { Stop-Computer -Force; return }
}
if ((Test-Path C:\Avatar\run\ready) -and $null -eq (Get-Metadata 'tags/instance/owner')) { Stop-Computer -Force }
'@

Save-Text "$Base\stack.env" "REGION=$Region`r`nSTREAM=$Stream`r`nZONE=$Zone`r`n"

if (-not (Test-Path 'C:\Program Files\Vector\bin\vector.exe')) {
    Invoke-WebRequest -UseBasicParsing -Uri 'https://packages.timber.io/vector/latest/vector-x64.msi' -OutFile "$env:TEMP\vector.msi"
    Start-Process -Wait msiexec -ArgumentList '/i', "$env:TEMP\vector.msi", '/quiet', '/norestart'
}
if (-not (Test-Path 'C:\Caddy\caddy.exe')) {
    Invoke-WebRequest -UseBasicParsing -Uri 'https://caddyserver.com/api/download?os=windows&arch=amd64' -OutFile 'C:\Caddy\caddy.exe'
}

# The log into the launcher's record schema; see linux.sh.
New-Item -ItemType Directory -Force -Path 'C:\ProgramData\Vector' | Out-Null
Save-Text "$Base\vector.yaml" @'
data_dir: C:\ProgramData\Vector
sources:
  unreal: {type: file, include: ['C:\Avatar\log\unreal*.log'], read_from: beginning}
  signalling: {type: file, include: ['C:\Avatar\log\signalling*.log'], read_from: beginning}
  boot: {type: file, include: ['C:\ProgramData\Amazon\EC2Launch\log\agent.log'], read_from: beginning}
  host: {type: host_metrics, scrape_interval_secs: 5, collectors: [cpu, memory, network]}
  gpu:
    type: exec
    mode: scheduled
    scheduled: {exec_interval_secs: 5}
    command: [nvidia-smi.exe, --query-gpu=utilization.gpu, '--format=csv,noheader,nounits']
transforms:
  lines:
    type: remap
    inputs: [unreal, signalling, boot]
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
'@

@'
{
	on_demand_tls {
		ask http://127.0.0.1:9123/ask
	}
}

# May this name have a certificate? Names below the zone may.
http://127.0.0.1:9123 {
	@ours expression `{http.request.uri.query.domain}.endsWith(".{$ZONE}")`
	respond @ours 200
	respond 404
}

https:// {
	TLS
	handle /healthz {
		root * C:\Avatar\run
		@ready file /ready
		respond @ready "ready" 200
		respond "not ready" 503
	}
	handle {
		reverse_proxy 127.0.0.1:8080
	}
}
'@ -split "`n" | ForEach-Object {
    if ($_.Trim() -ne 'TLS') { $_ }
    elseif (Test-Path "$Base\tls\cert.pem") { "`ttls C:\Avatar\tls\cert.pem C:\Avatar\tls\key.pem" }
    else { "`ttls {`n`t`ton_demand`n`t}" }
} | Out-String | ForEach-Object { Save-Text 'C:\Caddy\Caddyfile' ($_ -replace "`r", '') }

$services = @(
    @{ Name = 'vector'; Path = '"C:\Program Files\Vector\bin\vector.exe" --config C:\Avatar\run\vector.yaml' }
    @{ Name = 'caddy'; Path = '"C:\Caddy\caddy.exe" run --config C:\Caddy\Caddyfile' }
)
foreach ($service in $services) {
    if (Get-Service -Name $service.Name -ErrorAction SilentlyContinue) {
        # Not by sc.exe: PowerShell 5 loses the quotation marks of an argument on the way to a program.
        Set-ItemProperty -Path "HKLM:\SYSTEM\CurrentControlSet\Services\$($service.Name)" -Name ImagePath -Value $service.Path
    } else { New-Service -Name $service.Name -BinaryPathName $service.Path -StartupType Manual | Out-Null }
}
foreach ($port in @{ Protocol = 'TCP'; Ports = '80', '443' }, @{ Protocol = 'UDP'; Ports = '49152-65535' }) {
    New-NetFirewallRule -DisplayName "Avatar $($port.Protocol)" -Direction Inbound -Action Allow -Protocol $port.Protocol -LocalPort $port.Ports | Out-Null
}

function Register-Task([string]$Name, [string]$Script, $Trigger) {
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -ExecutionPolicy Bypass -File $Script"
    $settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1)
    Register-ScheduledTask -Force -TaskName $Name -Action $action -Trigger $Trigger -Settings $settings -User 'SYSTEM' -RunLevel Highest | Out-Null
}
Register-Task 'Avatar start' "$Base\start.ps1" (New-ScheduledTaskTrigger -AtStartup)
$everyMinute = New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes 1)
Register-Task 'Avatar self-stop' "$Base\self-stop.ps1" $everyMinute
Start-ScheduledTask -TaskName 'Avatar start'
