# nis2scan reads the settings and states of this computer. It changes nothing. Every section below prints one line.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$VerbosePreference = 'SilentlyContinue'
$InformationPreference = 'SilentlyContinue'
# Windows keeps a cache of its modules in the profile of whoever asks; not of this visit.
if ($env:OS) { $env:PSModuleAnalysisCachePath = 'nul' }
$begun = [datetime]::UtcNow
$full = "$($ExecutionContext.SessionState.LanguageMode)" -eq 'FullLanguage'
# A date as seconds since 1970, UTC. Windows writes "never" as a date long before.
function ConvertTo-Epoch($date) {
  if ($date -isnot [datetime]) { return $null }
  $utc = $date.ToUniversalTime()
  if ($utc.Year -lt 1990) { return $null }
  [int64](($utc - [datetime]'1970-01-01').TotalSeconds)
}
# Text, numbers, yes and no, and lists of those. Anything else as the text that it prints.
function Copy-Value($value) {
  if ($null -eq $value) { return $null }
  if ($value -is [datetime]) { return ConvertTo-Epoch $value }
  if ($value -is [byte[]]) { return -join ($value | ForEach-Object { '{0:x2}' -f $_ }) }
  if ($value -is [array]) { return , @($value | ForEach-Object { Copy-Value $_ }) }
  if ($value -is [bool]) { return $value }
  if ($value -is [enum]) { return [int64]$value }
  foreach ($kind in [int], [int64], [uint32], [uint64], [byte], [int16], [uint16], [double]) { if ($value -is $kind) { return $value } }
  "$value"
}
function Copy-Properties($object) {
  $table = [ordered]@{}
  foreach ($name in @($args | ForEach-Object { $_ })) { $table[$name] = Copy-Value $object.$name }
  $table
}
# Named values of a registry key; nothing when there is no such key.
function Read-Values($path) {
  $names = @($args | ForEach-Object { $_ })
  try { $key = Get-ItemProperty -LiteralPath $path -ErrorAction Stop } catch {
    if ($_.FullyQualifiedErrorId -like 'PathNotFound*') { return $null }
    if ($_.FullyQualifiedErrorId -notlike 'System.InvalidCastException*') { throw }
    # One value of the wrong size takes the whole key away, also when nobody asks for it: then each is read by itself.
    $key = @{}
    foreach ($name in $names) {
      $key[$name] = $null
      try { $key[$name] = (Get-ItemProperty -LiteralPath $path -Name $name -ErrorAction Stop).$name } catch {
        if ($_.FullyQualifiedErrorId -notlike 'System.Management.Automation.PSArgumentException*') { throw }
      }
    }
  }
  $table = [ordered]@{}
  foreach ($name in $names) {
    $table[$name] = $null
    if ($null -ne $key) { $table[$name] = Copy-Value $key.$name }
  }
  $table
}
function Read-Subkeys($path) {
  try { $names = @(Get-ChildItem -LiteralPath $path -Name -ErrorAction Stop) } catch {
    if ($_.FullyQualifiedErrorId -like 'PathNotFound*') { return $null }
    throw
  }
  , @($names | ForEach-Object { "$_" })
}
# CIM over a network logon without rights costs seconds a call and is refused: it is not tried.
function Find-Instances($namespace, $class, $filter) {
  if (-not $cim) { throw 'nis2scan-denied' }
  $more = @{}
  if ($filter) { $more = @{ Filter = $filter } }
  Get-CimInstance -Namespace $namespace -ClassName $class -OperationTimeoutSec 20 -ErrorAction Stop @more
}
function Read-Instances($namespace, $class, $names, $filter) {
  , @(Find-Instances $namespace $class $filter | ForEach-Object { Copy-Properties $_ $names })
}
function Invoke-Reading($instance, $method, $arguments) {
  if ($method -notlike 'Get*') { throw 'nis2scan-refused' }
  if (-not $arguments) { $arguments = @{} }
  Invoke-CimMethod -InputObject $instance -MethodName $method -Arguments $arguments -OperationTimeoutSec 20 -ErrorAction Stop
}
function Find-Log($name) {
  try { Get-WinEvent -ListLog $name -ErrorAction Stop } catch {
    if ($_.FullyQualifiedErrorId -notlike 'NoMatchingLogsFound*') { throw }
  }
}
# Events that may not be read look like events that are not there, once they are filtered: so one is read first.
function Find-Events($name, $filter, [switch]$Oldest) {
  try { Get-WinEvent -LogName $name -ErrorAction Stop -Oldest:$Oldest @filter } catch {
    if ($_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound*') { throw }
  }
}
function Read-Log($name) {
  $log = Find-Log $name
  if ($null -eq $log) { return $null }
  $table = Copy-Properties $log 'IsEnabled' 'MaximumSizeInBytes' 'FileSize' 'RecordCount' 'LogMode'
  $table['oldest_utc'] = $null
  foreach ($first in @(Find-Events $name @{ MaxEvents = 1 } -Oldest)) { $table['oldest_utc'] = ConvertTo-Epoch $first.TimeCreated }
  $table
}
function Read-Events($name, $xpath, $most) {
  if ($null -eq (Find-Log $name)) { return $null }
  if (@(Find-Events $name @{ MaxEvents = 1 }).Count -eq 0) { return , @() }
  , @(Find-Events $name @{ FilterXPath = $xpath; MaxEvents = $most } | ForEach-Object {
    $data = @($_.Properties | ForEach-Object { "$($_.Value)" })
    [ordered]@{ id = [int]$_.Id; level = [int]$_.Level; time_utc = ConvertTo-Epoch $_.TimeCreated; provider = "$($_.ProviderName)"; data = $data }
  })
}
# A program of Windows itself. What it writes to its error stream is left out: it is text in the language of the system.
function Read-Program($name) {
  $ErrorActionPreference = 'Continue'
  $program = "$env:SystemRoot\System32\$name"
  if (-not (Test-Path -LiteralPath $program)) { throw 'nis2scan-missing' }
  $lines = @(& $program @args 2>$null | ForEach-Object { "$_" })
  [ordered]@{ code = $LASTEXITCODE; lines = $lines }
}
# Pure ASCII, so that no code page can hurt it; with a sum, so that damage shows. 5.1 makes nothing at all of $null.
function Write-Frame($words, $value) {
  $json = 'null'
  if ($null -ne $value) { $json = ConvertTo-Json -InputObject $value -Compress -Depth 6 }
  while ($json -cmatch '[^ -~]') { $json = $json.Replace($Matches[0], ('\u{0:x4}' -f [int][char]$Matches[0])) }
  $sum = [int64]7
  foreach ($char in "$words $json".ToCharArray()) { $sum = ($sum * 31 + [int]$char) % 2147483647 }
  "@@$nonce $words $sum $json"
}
function Write-Hello {
  Write-Frame "H windows $(ConvertTo-Epoch $begun)" ([ordered]@{
    computer = "$env:COMPUTERNAME"; user = "$env:USERDOMAIN\$env:USERNAME"; user_sid = $sid; groups = $groups; admin = $admin
    language = "$($ExecutionContext.SessionState.LanguageMode)"; powershell = "$($PSVersionTable.PSVersion)"
    is64 = "$env:PROCESSOR_ARCHITEW6432" -eq ''; culture = "$PSUICulture"
  })
}
# One question: at most one table comes out of its body, or the reason why there is none.
function Ask($id, $elevated, $unbound, $body) {
  $at = [datetime]::UtcNow
  $status = 'ok'
  $value = $null
  if (($at - $begun).TotalSeconds -gt $limit) { $status = 'late' } elseif ($unbound -and -not $full) { $status = 'constrained' } elseif ($elevated -and -not $admin) { $status = 'denied' } else {
    try {
      $made = @(& $body)
      if ($made.Count -ne 1 -or $made[0] -isnot [Collections.IDictionary]) { throw 'nis2scan-shape' }
      $value = $made[0]
    } catch {
      $status = 'failed'
      $value = [ordered]@{
        fqid = "$($_.FullyQualifiedErrorId)"; hresult = [int64]$_.Exception.HResult; category = "$($_.CategoryInfo.Category)"
        native = "$($_.Exception.NativeErrorCode)"; inner = [int64]$_.Exception.InnerException.HResult
      }
    }
  }
  Write-Frame "S $id $status $([int64](([datetime]::UtcNow - $at).TotalMilliseconds))" $value
}
# Who asks: an elevated administrator carries high or system integrity, whatever the group is called here.
$groups = @()
try { $groups = @((Read-Program 'whoami.exe' '/groups' '/fo' 'csv' '/nh').lines | ForEach-Object { if ($_ -match '"(S-1-[0-9-]+)"') { $Matches[1] } }) } catch { $groups = @() }
$admin = ($groups -contains 'S-1-16-12288' -or $groups -contains 'S-1-16-16384') -and $groups -contains 'S-1-5-32-544'
$cim = $admin -or ($groups.Count -gt 0 -and $groups -notcontains 'S-1-5-2')
$sid = $null
if ($full) { try { $sid = "$([Security.Principal.WindowsIdentity]::GetCurrent().User.Value)" } catch { $sid = $null } }
