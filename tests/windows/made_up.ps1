# A made-up Windows, loaded with one line before the script under test arrives:  . '.../made_up.ps1' '.../machine' [-Constrained]
# The folder of the machine holds machine.json and, as drive C:, the programs and files that it has. See README.md.
param([Parameter(Mandatory)] [string] $Machine, [switch] $Constrained)

$global:MadeUp = Get-Content -Raw -LiteralPath (Join-Path $Machine 'machine.json') | ConvertFrom-Json -AsHashtable -DateKind String
if ($Constrained) { $global:MadeUp['rights']['constrained'] = $true }
$PSVersionTable['PSVersion'] = [version]$global:MadeUp['version']
# Without ICU there are no languages, but their names can be had.
if ($global:MadeUp['culture'] -and $PSUICulture -ne $global:MadeUp['culture']) {
    [CultureInfo]::CurrentUICulture = [CultureInfo]::CurrentCulture = [CultureInfo]::new($global:MadeUp['culture'])
}
$null = New-PSDrive -Name C -PSProvider FileSystem -Root (Join-Path $Machine 'C') -Scope Global
foreach ($name in $global:MadeUp['env'].Keys) { Set-Item -LiteralPath "env:$name" -Value $global:MadeUp['env'][$name] }

. (Join-Path $PSScriptRoot 'made_up_cim.ps1')
. (Join-Path $PSScriptRoot 'made_up_events.ps1')
. (Join-Path $PSScriptRoot 'made_up_directory.ps1')
. (Join-Path $PSScriptRoot 'made_up_json.ps1')
. (Join-Path $PSScriptRoot 'made_up_registry.ps1')
Add-MadeUpKeys $global:MadeUp['registry'] $global:MadeUp['rights']['admin']

# What a command of this machine answers: rows, kept to those that the bound parameters name, or an error.
function Get-MadeUpAnswer([string] $Name, $Cmdlet, $Bound) {
    $entry = $global:MadeUp['commands'][$Name]
    if ($Name -in $global:MadeUp['refused']) {
        Write-MadeUpError $Cmdlet 'denied' $Name
        return
    }
    if (-not $global:MadeUp['rights']['admin'] -and $entry -is [Collections.IDictionary] -and $entry.Contains('@user')) { $entry = $entry['@user'] }
    if ($entry -is [Collections.IDictionary] -and $entry.Contains('@rows')) { $entry = $entry['@rows'] }
    if ($entry -is [Collections.IDictionary] -and $entry.Contains('@by')) {
        $key = "$($Bound[$entry['@by']])"
        if (-not $entry.Contains($key)) {
            Write-MadeUpError $Cmdlet @{ id = 'ItemNotFound'; category = 'ObjectNotFound' } $Name
            return
        }
        $entry = $entry[$key]
    }
    if ($entry -is [Collections.IDictionary] -and $entry.Contains('@error')) {
        Write-MadeUpError $Cmdlet $entry['@error'] $Name
        return
    }
    foreach ($row in @($entry)) {
        if ($null -eq $row) { continue }
        $kept = $true
        if ($row -is [Collections.IDictionary]) {
            foreach ($parameter in $Bound.Keys) {
                if ($row.Contains($parameter) -and -not @($Bound[$parameter] | Where-Object { "$($row[$parameter])" -like "$_" }).Count) { $kept = $false }
            }
        }
        if ($kept) { $some = $true; ConvertTo-MadeUp $row }
    }
    $named = @($Bound.Keys | Where-Object { $_ -in 'Name', 'SID', 'Group', 'TaskName', 'InterfaceIndex' -and "$($Bound[$_])" -notmatch '[*?]' })
    if (-not $some -and $named.Count) {
        $id = if ($Name -eq 'Get-Service') { 'NoServiceFoundForGivenName,Microsoft.PowerShell.Commands.GetServiceCommand' } else { "CmdletizationQuery_NotFound_$($named[0]),$Name" }
        Write-MadeUpError $Cmdlet @{ id = $id; category = 'ObjectNotFound' }
    }
}

# One function a command. Its parameters are those of Windows PowerShell 5.1; which are switches stands nowhere, so here.
$switches = 'All', 'AllUsers', 'AllConnected', 'Force', 'Recurse', 'Online', 'Effective', 'Xml', 'Machine', 'IncludeHidden', 'Detailed', 'PolicyStoreSourceType', 'Audit'
foreach ($name in $global:MadeUp['commands'].Keys) {
    $parameters = foreach ($parameter in $global:MadeUp['parameters'][$name]) { if ($parameter -in $switches) { "[switch] `${$parameter}" } else { "`${$parameter}" } }
    $body = "[CmdletBinding()] param($(@($parameters) -join ', ')) Get-MadeUpAnswer '$name' `$PSCmdlet `$PSBoundParameters"
    Set-Item -LiteralPath "function:global:$name" -Value ([scriptblock]::Create($body))
}

if ($global:MadeUp['rights']['constrained']) {
    # Types that are allowed in Constrained Language on Windows, but here are not PowerShell's own.
    $core = [psobject].Assembly.GetType('System.Management.Automation.CoreTypes').GetField('Items', 'NonPublic, Static')
    foreach ($type in $global:MadeUpCoreTypes) { $core.GetValue($null).Value[$type] = [string[]]@($type.Name) }
    $ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'
}
