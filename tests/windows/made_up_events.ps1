# The event log of a made-up Windows: Get-WinEvent over `logs` of the description, with ids of errors as the real one has them.

enum MadeUpLogMode { Circular = 0; AutoBackup = 1; Retain = 2 }

# The condition of *[System[...]] as PowerShell over $e. $now is the moment of the description.
function ConvertFrom-MadeUpXPath([string] $Text) {
    if ($Text -notmatch '^\s*\*\s*\[\s*System\s*\[(.*)\]\s*\]\s*$') { throw "made-up event log: query not understood: $Text" }
    $rest = $Matches[1]
    $kinds = [ordered]@{
        '^\s*(and|or)\b'                                                               = { "-$($args[0].Groups[1].Value)" }
        '^\s*([()])'                                                                   = { $args[0].Groups[1].Value }
        '^\s*EventID\s*(=|!=|<=|>=|<|>)\s*(\d+)'                                       = { '$e.Id ' + $compare[$args[0].Groups[1].Value] + ' ' + $args[0].Groups[2].Value }
        '^\s*Level\s*(=|!=|<=|>=|<|>)\s*(\d+)'                                         = { '$e.Level ' + $compare[$args[0].Groups[1].Value] + ' ' + $args[0].Groups[2].Value }
        '^\s*Provider\s*\[\s*@Name\s*=\s*["'']([^"'']*)["'']\s*\]'                     = { '$e.ProviderName -eq ''' + $args[0].Groups[1].Value + '''' }
        '^\s*Provider\s*\[\s*@Name\s*=\s*["'']([^"'']*)["''](\s+or\s+@Name\s*=\s*["'']([^"'']*)["''])+\s*\]' = {
            '(' + (([regex]::Matches($args[0].Value, '@Name\s*=\s*["'']([^"'']*)["'']') | ForEach-Object { '$e.ProviderName -eq ''' + $_.Groups[1].Value + '''' }) -join ' -or ') + ')' }
        '^\s*TimeCreated\s*\[\s*timediff\s*\(\s*@SystemTime\s*\)\s*<=\s*(\d+)\s*\]'    = { '($now - $e.time) * 1000 -le ' + $args[0].Groups[1].Value }
    }
    $compare = @{ '=' = '-eq'; '!=' = '-ne'; '<=' = '-le'; '>=' = '-ge'; '<' = '-lt'; '>' = '-gt' }
    $made = @()
    while ($rest.Trim()) {
        $step = $null
        foreach ($kind in $kinds.Keys) {
            $match = [regex]::Match($rest, $kind)
            if ($match.Success) { $step = & $kinds[$kind] $match; $made += , $step; $rest = $rest.Substring($match.Length); break }
        }
        if ($null -eq $step) { throw "made-up event log: query not understood: $rest" }
    }
    [scriptblock]::Create('param($e, $now) ' + (Set-MadeUpBrackets $made))
}

function Get-WinEvent {
    [CmdletBinding()]
    param($ComputerName, $Credential, $FilterHashtable, $FilterXPath, $FilterXml, [switch] $Force, $ListLog, $ListProvider,
        [Parameter(Position = 0)] $LogName, [long] $MaxEvents = -1, [switch] $Oldest, $Path, $ProviderName)
    $source = 'Microsoft.PowerShell.Commands.GetWinEventCommand'
    if ($FilterHashtable -or $FilterXml -or $ListProvider -or $Path -or $ProviderName) { throw 'made-up event log: only -ListLog and -LogName are known' }
    $name = if ($ListLog) { "$ListLog" } else { "$LogName" }
    if ($name -match '[*?,]' -or -not $name) { throw "made-up event log: one log by its name, not $name" }
    $log = $null
    foreach ($known in $global:MadeUp['logs'].Keys) { if ($known -eq $name) { $log = $global:MadeUp['logs'][$known]; $name = $known } }
    if ($null -eq $log) {
        Write-MadeUpError $PSCmdlet @{ id = 'NoMatchingLogsFound'; category = 'ObjectNotFound'; text = 'Er is geen gebeurtenislogboek dat overeenkomt.' } $source
        return
    }
    # Without rights on this log: a network logon that is no administrator and not among the readers of event logs.
    if ($log.Contains('@error') -or -not ($global:MadeUp['rights']['admin'] -or $global:MadeUp['rights']['logs'])) {
        $id = if ($log.Contains('@error')) { $log['@error'] } else { 'LogInfoUnavailable' }
        if ($id -is [string]) { $id = @{ id = $id; category = 'NotSpecified'; text = 'Poging een niet-toegestane bewerking uit te voeren.' } }
        Write-MadeUpError $PSCmdlet $id $source
        return
    }
    $events = @($log['events'] | Where-Object { $null -ne $_ } | Sort-Object { $_['time'] } -Stable)
    if ($ListLog) {
        $count = if ($log.Contains('RecordCount')) { $log['RecordCount'] } else { $events.Count }
        $shown = [ordered]@{
            PSTypeName = 'System.Diagnostics.Eventing.Reader.EventLogConfiguration'; LogName = $name
            IsEnabled = if ($log.Contains('IsEnabled')) { $log['IsEnabled'] } else { $true }
            MaximumSizeInBytes = if ($log.Contains('MaximumSizeInBytes')) { $log['MaximumSizeInBytes'] } else { 20971520 }
            FileSize = $log['FileSize']; RecordCount = $count; LogMode = [MadeUpLogMode][int]$log['LogMode']; IsLogFull = $false
        }
        return [pscustomobject]$shown
    }
    if (-not $Oldest) { [array]::Reverse($events) }
    $chosen = if ($FilterXPath) { ConvertFrom-MadeUpXPath $FilterXPath }
    $count = 0
    foreach ($row in $events) {
        $record = @{ Id = 0; Level = 4; ProviderName = ''; time = 0 }
        foreach ($key in $row.Keys) { $record[$key] = $row[$key] }
        if ($chosen -and -not (& $chosen ([pscustomobject]$record) $global:MadeUp['now'])) { continue }
        if ($count -eq $MaxEvents) { break }
        $count++
        [pscustomobject]@{
            PSTypeName = 'System.Diagnostics.Eventing.Reader.EventLogRecord'; Id = [int]$record.Id; Level = [byte]$record.Level; LogName = $name
            ProviderName = $record.ProviderName; TimeCreated = [DateTimeOffset]::FromUnixTimeSeconds([long]$record.time).LocalDateTime
            RecordId = [long]$count; Properties = @($record.Properties | Where-Object { $null -ne $_ } | ForEach-Object { [pscustomobject]@{ Value = (ConvertTo-MadeUp $_) } })
        }
    }
    if ($count -eq 0) {
        Write-MadeUpError $PSCmdlet @{ id = 'NoMatchingEventsFound'; category = 'ObjectNotFound'; text = 'Er zijn geen gebeurtenissen gevonden.' } $source
    }
}
