# First boot of an avatar instance on Windows Server. The launch template puts $Region, $Stream, $Zone, $Mirror and $Pins
# before it. It arms the instance's own stop, then sees to Vector (log and metrics) and Caddy (TLS and the readiness page).
# The avatar itself is the image's: see build/aws/README.md, "What an image must bring".
$ErrorActionPreference = 'Stop'
$Base = 'C:\Avatar'
New-Item -ItemType Directory -Force -Path $Base, "$Base\log", "$Base\run", "$Base\tls", "$Base\bin", 'C:\Caddy' | Out-Null

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

# The stop that needs neither launcher nor schedule: past the tag expire-at the instance shuts itself down, which stops
# it. An instance without an owner is one that is being warmed: it shuts down as soon as it is ready, unless the tag
# hot-until lets it run for the next user.
# It looks every 15 seconds. Two looks in a row must agree, as in linux.sh, and a readiness file of the last start is none.
Save-Text "$Base\self-stop.ps1" @'
$ErrorActionPreference = 'Stop'
. C:\Avatar\metadata.ps1
# Whether a time is still to come. A text that is no time is past.
function Test-Ahead($Text) {
    $at = [DateTimeOffset]::MinValue
    $styles = [Globalization.DateTimeStyles]::AssumeUniversal
    [DateTimeOffset]::TryParse("$Text", [Globalization.CultureInfo]::InvariantCulture, $styles, [ref]$at) -and [DateTimeOffset]::UtcNow -lt $at
}
function Get-Reason {
    $until = Get-Metadata 'tags/instance/expire-at'
    if ($until -and -not (Test-Ahead $until)) { return "the session's time is up ($until)" }
    $ready = Get-Item -ErrorAction SilentlyContinue C:\Avatar\run\ready
    if ($ready -and $ready.LastWriteTimeUtc -gt [DateTime]::UtcNow.AddSeconds(-30) -and $null -eq (Get-Metadata 'tags/instance/owner') -and
        -not (Test-Ahead (Get-Metadata 'tags/instance/hot-until'))) { 'initialised' }
}
$before = $null
while ($true) {
    try {
        $reason = Get-Reason
        if ($reason -and $reason -eq $before) {
            Add-Content -ErrorAction SilentlyContinue -Path C:\Avatar\log\avatar-stop.log -Value "avatar: $reason, shutting down"
            Stop-Computer -Force
        }
        $before = $reason
    } catch { Write-Output "avatar: $_" }
    Start-Sleep -Seconds 15
}
'@

function Register-Task([string]$Name, [string]$Script, $Trigger, [string]$User = 'SYSTEM') {
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -ExecutionPolicy Bypass -File $Script"
    $settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -MultipleInstances IgnoreNew
    Register-ScheduledTask -Force -TaskName $Name -Action $action -Trigger $Trigger -Settings $settings -User $User -RunLevel Highest | Out-Null
}
# From here on the instance stops by itself, whatever fails below.
# The task runs as long as the machine; each minute it is started again if it has ended.
$everyMinute = New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes 1)
Register-Task 'Avatar self-stop' "$Base\self-stop.ps1" $everyMinute
Start-ScheduledTask -TaskName 'Avatar self-stop'

Save-Text "$Base\stack.env" "REGION=$Region`r`nSTREAM=$Stream`r`nZONE=$Zone`r`nMIRROR=$Mirror`r`n"
Save-Text "$Base\pins" $Pins
# Whether the gate stands in front of the avatar, as in linux.sh. There is no relay on Windows.
$gate = $Pins -match '(?m)^agent windows ' -or (Test-Path "$Base\bin\avatar-agent.exe")
if ($gate) { Save-Text "$Base\gated" '' } else { Remove-Item -Force -ErrorAction SilentlyContinue "$Base\gated" }
Save-Text "$Base\gate.ps1" @'
while (Test-Path C:\Avatar\gated) {
    if (Test-Path C:\Avatar\bin\avatar-agent.exe) {
        cmd.exe /c 'C:\Avatar\bin\avatar-agent.exe -listen 127.0.0.1:8081 -avatar http://127.0.0.1:8080 -state C:\Avatar\run\gate-state 2>>C:\Avatar\log\avatar-gate.log'
    }
    Start-Sleep -Seconds 2
}
'@

# At each start of the machine: Vector and Caddy, unless the image has them, then both as services. What is downloaded is
# the pinned version, from the mirror if there is one, and nothing runs before its SHA-256 fits.
Save-Text "$Base\services.ps1" @'
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
. C:\Avatar\metadata.ps1

function Install-Tool([string]$Name, [string]$To) {
    if (Test-Path $To) { return }
    $sum, $url = ((Select-String -Path C:\Avatar\pins -Pattern "^$Name windows ").Line -split ' ')[4, 5]
    if ($values.MIRROR) { $url = "$($values.MIRROR)/$(($url -split '/')[-1])" }
    $at = "C:\Avatar\run\$Name"
    Invoke-WebRequest -UseBasicParsing -TimeoutSec 600 -Uri $url -OutFile "$at.zip"
    if ((Get-FileHash -Algorithm SHA256 -Path "$at.zip").Hash -ne $sum) { throw "$url does not have its SHA-256" }
    Expand-Archive -Force -Path "$at.zip" -DestinationPath $at
    $program = Get-ChildItem -Recurse -File -Path $at -Filter "$Name.exe" | Select-Object -First 1
    Move-Item -Force -Path $program.FullName -Destination $To
    Remove-Item -Recurse -Force -Path $at, "$at.zip"
}

# The gate's program, from S3 with the credentials of the instance's role.
function Install-Gate {
    $line = (Select-String -Path C:\Avatar\pins -Pattern '^agent windows ').Line
    if (-not $line) { return }
    $sum, $object = ($line -split ' ')[4, 5]
    $bucket, $key = $object -split '/', 2
    $to, $new = 'C:\Avatar\bin\avatar-agent.exe', 'C:\Avatar\run\avatar-agent.exe'
    if ((Test-Path $to) -and (Get-FileHash -Algorithm SHA256 -Path $to).Hash -eq $sum) { return }
    Read-S3Object -BucketName $bucket -Key $key -Region $values.REGION -File $new | Out-Null
    if ((Get-FileHash -Algorithm SHA256 -Path $new).Hash -ne $sum) { throw "$object does not have its SHA-256" }
    Move-Item -Force -Path $new -Destination $to
}

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

$vector = 'C:\Program Files\Vector\bin\vector.exe'
if (-not (Test-Path $vector)) { $vector = 'C:\Avatar\bin\vector.exe' }
$services = @(
    @{ Name = 'gate' }
    @{ Name = 'vector'; Program = $vector; Arguments = '--config C:\Avatar\run\vector.yaml' }
    @{ Name = 'caddy'; Program = 'C:\Caddy\caddy.exe'; Arguments = 'run --config C:\Caddy\Caddyfile' }
)
function Start-Tool($Service) {
    if ($Service.Name -eq 'gate') { Install-Gate; return }
    Install-Tool $Service.Name $Service.Program
    $key = "HKLM:\SYSTEM\CurrentControlSet\Services\$($Service.Name)"
    $path = '"' + $Service.Program + '" ' + $Service.Arguments
    # Not by sc.exe: PowerShell 5 loses the quotation marks of an argument on the way to a program.
    if (Get-Service -Name $Service.Name -ErrorAction SilentlyContinue) { Set-ItemProperty -Path $key -Name ImagePath -Value $path }
    else { New-Service -Name $Service.Name -BinaryPathName $path -StartupType Manual | Out-Null }
    # A service takes the machine's variables as they were when the machine started, so they are given to it here.
    New-ItemProperty -Force -Path $key -Name Environment -PropertyType MultiString -Value (Get-Content C:\Avatar\stack.env) | Out-Null
    Restart-Service -Name $Service.Name
}

while ($services) {
    $services = @(foreach ($service in $services) {
        try { Start-Tool $service | Out-Null }
        catch {
            Add-Content -Path C:\Avatar\log\avatar-services.log -Value "$(Get-Date -Format o) $($service.Name): $_"
            $service
        }
    })
    if ($services) { Start-Sleep -Seconds 30 }
}
'@

# Whether the avatar is ready, once a second.
Save-Text "$Base\watch-ready.ps1" @'
Remove-Item -Force -ErrorAction SilentlyContinue C:\Avatar\run\ready
while ($true) {
    $ready = $false
    try {
        if (Test-Path C:\Avatar\gated) { Invoke-WebRequest -UseBasicParsing -TimeoutSec 2 -Uri 'http://127.0.0.1:8081/.avatar/gate' | Out-Null }
        if (Test-Path C:\Avatar\ready.ps1) { $ready = [bool](& C:\Avatar\ready.ps1) }
        else { $ready = (Invoke-WebRequest -UseBasicParsing -TimeoutSec 2 -Uri 'http://127.0.0.1:8080/').StatusCode -eq 200 }
    } catch { $ready = $false }
    if ($ready -and -not (Test-Path C:\Avatar\run\ready)) { Add-Content -ErrorAction SilentlyContinue -Path C:\Avatar\log\avatar-ready.log -Value 'avatar: ready' }
    if ($ready) { [IO.File]::WriteAllText('C:\Avatar\run\ready', 'ready') }
    else { Remove-Item -Force -ErrorAction SilentlyContinue C:\Avatar\run\ready }
    Start-Sleep -Seconds 1
}
'@

# The log into the launcher's record schema; see linux.sh.
New-Item -ItemType Directory -Force -Path 'C:\ProgramData\Vector' | Out-Null
Save-Text "$Base\vector.yaml" @'
data_dir: C:\ProgramData\Vector
sources:
  unreal: {type: file, include: ['C:\Avatar\log\unreal*.log'], read_from: beginning}
  signalling: {type: file, include: ['C:\Avatar\log\signalling*.log'], read_from: beginning}
  boot: {type: file, include: ['C:\ProgramData\Amazon\EC2Launch\log\agent.log', 'C:\Avatar\log\avatar-*.log'], read_from: beginning}
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
		AVATAR
	}
}
'@ -split "`n" | ForEach-Object {
    if ($_.Trim() -eq 'AVATAR') { "`t`treverse_proxy 127.0.0.1:$(if ($gate) { 8081 } else { 8080 })" }
    elseif ($_.Trim() -ne 'TLS') { $_ }
    elseif (Test-Path "$Base\tls\cert.pem") { "`ttls C:\Avatar\tls\cert.pem C:\Avatar\tls\key.pem" }
    else { "`ttls {`n`t`ton_demand`n`t}" }
} | Out-String | ForEach-Object { Save-Text 'C:\Caddy\Caddyfile' ($_ -replace "`r", '') }

foreach ($port in @{ Protocol = 'TCP'; Ports = '80', '443' }, @{ Protocol = 'UDP'; Ports = '49152-65535' }) {
    New-NetFirewallRule -DisplayName "Avatar $($port.Protocol)" -Direction Inbound -Action Allow -Protocol $port.Protocol -LocalPort $port.Ports | Out-Null
}
Register-Task 'Avatar gate' "$Base\gate.ps1" (New-ScheduledTaskTrigger -AtStartup) 'NT AUTHORITY\LOCAL SERVICE'
Start-ScheduledTask -TaskName 'Avatar gate'
foreach ($name in 'watch-ready', 'services') {
    Register-Task "Avatar $name" "$Base\$name.ps1" (New-ScheduledTaskTrigger -AtStartup)
    Start-ScheduledTask -TaskName "Avatar $name"
}
