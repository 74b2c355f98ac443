# Who asks, and the directory of a made-up Windows: [Security.Principal.*], [adsi], [adsisearcher], COM objects.
# Types are put in place by their written names. In Constrained Language a class only calls functions made before.

function Get-MadeUpIdentity { $global:MadeUp['rights'] }

class MadeUpSid {
    [string] $Value
    MadeUpSid([string] $text) { $this.Value = $text }
    MadeUpSid([byte[]] $bytes, [int] $at) { $this.Value = ConvertTo-MadeUpSidText $bytes $at }
    [string] ToString() { return $this.Value }
}

# S-1-... of the bytes of a security identifier.
function ConvertTo-MadeUpSidText([byte[]] $Bytes, [int] $At) {
    $text = 'S-{0}-{1}' -f $Bytes[$At], $Bytes[$At + 7]
    for ($i = 0; $i -lt $Bytes[$At + 1]; $i++) { $text += '-' + [BitConverter]::ToUInt32($Bytes, $At + 8 + 4 * $i) }
    $text
}

function ConvertFrom-MadeUpSidText([string] $Text) {
    $parts = $Text.Split('-')
    $bytes = [byte[]](@([byte]$parts[1], [byte]($parts.Count - 3), 0, 0, 0, 0, 0, [byte]$parts[2]))
    foreach ($part in $parts[3..($parts.Count - 1)]) { $bytes += [BitConverter]::GetBytes([uint32]$part) }
    , [byte[]]$bytes
}

class MadeUpWindowsIdentity {
    [string] $Name
    [MadeUpSid] $User
    [MadeUpSid[]] $Groups
    static [object] GetCurrent() {
        $rights = Get-MadeUpIdentity
        $me = [MadeUpWindowsIdentity]::new()
        $me.Name = $rights['user']
        $me.User = [MadeUpSid]::new([string]$rights['sid'])
        $me.Groups = @($rights['groups'] | ForEach-Object { [MadeUpSid]::new([string]$_) })
        return $me
    }
}
class MadeUpWindowsPrincipal {
    [object] $Identity
    MadeUpWindowsPrincipal([object] $identity) { $this.Identity = $identity }
    [bool] IsInRole([object] $role) { return (Get-MadeUpIdentity)['admin'] -and "$role" -in 'Administrator', '544', 'S-1-5-32-544' }
}

# A property of a directory entry: a collection, as everywhere there. SIDs are bytes, large integers numbers.
function ConvertTo-MadeUpEntryValues($Value) {
    $all = if ($Value -is [Collections.IList]) { @($Value) } else { @(, $Value) }
    $made = @(foreach ($one in $all) {
            if ($one -is [Collections.IDictionary] -and $one.Contains('@sid')) { , (ConvertFrom-MadeUpSidText $one['@sid']) }
            elseif ($one -is [string] -and $one -match '^S-1-\d+(-\d+)+$') { , (ConvertFrom-MadeUpSidText $one) }
            elseif ($one -is [long] -and $one -ge -2147483648 -and $one -le 2147483647) { [int]$one }
            else { , (ConvertTo-MadeUp $one) }
        })
    , [object[]]$made
}

# An entry of the directory: properties by name, and the methods that the real one has.
function Set-MadeUpEntry($Entry, $What) {
    $row = $What
    if ($What -is [string]) {
        $row = $null
        $Entry.Path = $What
        foreach ($path in $global:MadeUp['adsi'].Keys) { if ($path -eq $What) { $row = $global:MadeUp['adsi'][$path] } }
        # Real entries are bound when they are first read; an error at once is near enough.
        if ($null -eq $row) { throw [Runtime.InteropServices.COMException]::new('Het netwerkpad is niet gevonden.', -2147024843) }
        if ($row.Contains('@error')) { throw [Runtime.InteropServices.COMException]::new('Toegang geweigerd', [int]$row['@error']) }
    } elseif ($row.Contains('ADsPath')) { $Entry.Path = $row['ADsPath'] }
    $Entry.Row = $row
    $Entry.Properties = @{}
    $Entry.SchemaClassName = if ($row['SchemaClassName']) { $row['SchemaClassName'] } else { "$($row['Class'])" }
    $Entry.Name = if ($row['Name']) { "$($row['Name'])" } else { "$($Entry.Path)".Split(',')[0].Split('/')[-1] }
    foreach ($name in $row.Keys) {
        if ($name -in 'members', 'children', 'objects', 'Path', 'Row', 'Properties', 'SchemaClassName', 'Name') { continue }
        $Entry.Properties[$name] = ConvertTo-MadeUpEntryValues $row[$name]
        Add-Member -InputObject $Entry -MemberType NoteProperty -Name $name -Value $Entry.Properties[$name] -Force
    }
}

function Read-MadeUpEntry($Entry, [string] $Name) {
    $values = $Entry.Properties[$Name]
    if ($null -eq $values) { throw [Runtime.InteropServices.COMException]::new('De eigenschap is niet gevonden.', -2147463155) }
    if ($values.Count -eq 1) { return , $values[0] }
    , $values
}

function Read-MadeUpMembers($Entry, [string] $Name) {
    if ($Name -ne 'Members' -and $Name -ne 'children') { throw "made-up directory: Invoke $Name" }
    , [object[]]@(foreach ($member in @($Entry.Row[$Name.ToLower()])) { if ($null -ne $member) { [MadeUpEntry]::new($member) } })
}

class MadeUpEntry {
    [string] $Path
    [string] $Name
    [string] $SchemaClassName
    [hashtable] $Properties
    hidden [object] $Row
    MadeUpEntry([string] $path) { Set-MadeUpEntry $this $path }
    MadeUpEntry([Collections.IDictionary] $row) { Set-MadeUpEntry $this $row }
    [object] Get([string] $name) { return Read-MadeUpEntry $this $name }
    [object] InvokeGet([string] $name) { return Read-MadeUpEntry $this $name }
    [object] Invoke([string] $name) { return Read-MadeUpMembers $this $name }
    [void] RefreshCache() { }
    [void] RefreshCache([string[]] $names) { }
    [void] Dispose() { }
    [string] ToString() { return $this.Path }
}

# COM objects: properties as described; a method is a property whose name ends in (), with its answer or an error.
# Errors of COM arrive bare, with the code as HResult.
function Invoke-MadeUpCom($Object, [string] $Name) {
    $row = $Object.Row
    if (-not $row.Contains("$Name()")) { throw "made-up COM: $Name() is not described" }
    ConvertTo-MadeUpCom $row["$Name()"]
}

function Stop-MadeUpCom([int] $Code) {
    $why = if ($Code -eq -2147024891) { [UnauthorizedAccessException]::new('Toegang geweigerd.') } else { [Runtime.InteropServices.COMException]::new('Fout', $Code) }
    throw [Management.Automation.ErrorRecord]::new($why, $why.GetType().FullName, 'OperationStopped', $null)
}

function ConvertTo-MadeUpCom($Value) {
    if ($Value -is [Collections.IDictionary] -and $Value.Contains('@error')) { Stop-MadeUpCom $Value['@error'] }
    if ($Value -is [Collections.IDictionary] -and -not @($Value.Keys | Where-Object { $_.StartsWith('@') }).Count) { return New-MadeUpComObject $Value }
    if ($Value -is [Collections.IList]) { return , [MadeUpComList]::new([object[]]@($Value | ForEach-Object { ConvertTo-MadeUpCom $_ })) }
    ConvertTo-MadeUp $Value
}

class MadeUpComList : Collections.ArrayList {
    MadeUpComList([object[]] $items) : base($items) { }
    [object] Item([int] $at) { return $this[$at] }
}

class MadeUpCom {
    hidden [object] $Row
    [object] CreateUpdateSearcher() { return Invoke-MadeUpCom $this 'CreateUpdateSearcher' }
    [object] Search([string] $criteria) { return Invoke-MadeUpCom $this 'Search' }
    [object] QueryHistory([int] $start, [int] $count) { return Invoke-MadeUpCom $this 'QueryHistory' }
    [object] GetTotalHistoryCount() { return Invoke-MadeUpCom $this 'GetTotalHistoryCount' }
    [object] NameSpace([object] $of) { return Invoke-MadeUpCom $this 'NameSpace' }
    [object] ExtendedProperty([string] $name) { return Invoke-MadeUpCom $this 'ExtendedProperty' }
}

function New-MadeUpComObject($Row) {
    $object = [MadeUpCom]::new()
    $object.Row = $Row
    foreach ($name in $Row.Keys) {
        if ($name.EndsWith('()')) { continue }
        Add-Member -InputObject $object -MemberType NoteProperty -Name $name -Value (ConvertTo-MadeUpCom $Row[$name])
    }
    $object
}

# In Constrained Language only a few COM objects may be made; the others are refused as PowerShell refuses them.
function New-Object {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string] $TypeName, [Parameter(Position = 1)] [object[]] $ArgumentList, [string] $ComObject, [hashtable] $Property, [switch] $Strict)
    if (-not $ComObject) { return Microsoft.PowerShell.Utility\New-Object @PSBoundParameters }
    if ($global:MadeUp['rights']['constrained']) {
        Write-MadeUpError $PSCmdlet @{ id = 'CannotCreateComTypeConstrainedLanguage'; category = 'PermissionDenied' } 'Microsoft.PowerShell.Commands.NewObjectCommand'
        return
    }
    $row = $global:MadeUp['com'][$ComObject]
    if ($null -eq $row) {
        Write-MadeUpError $PSCmdlet @{ id = 'NoCOMClassIdentified'; hresult = -2147221164; category = 'ResourceUnavailable' } 'Microsoft.PowerShell.Commands.NewObjectCommand'
    } elseif ($row.Contains('@error')) {
        Write-MadeUpError $PSCmdlet @{ id = 'NoCOMClassIdentified'; hresult = $row['@error']; category = 'ResourceUnavailable' } 'Microsoft.PowerShell.Commands.NewObjectCommand'
    } else { New-MadeUpComObject $row }
}

# Types by the names they are written with, and allowed in Constrained Language where the real ones are.
$accelerators = [psobject].Assembly.GetType('System.Management.Automation.TypeAccelerators')
foreach ($short in 'Security.Principal.WindowsIdentity', 'System.Security.Principal.WindowsIdentity') { $accelerators::Add($short, [MadeUpWindowsIdentity]) }
foreach ($short in 'Security.Principal.WindowsPrincipal', 'System.Security.Principal.WindowsPrincipal') { $accelerators::Add($short, [MadeUpWindowsPrincipal]) }
foreach ($short in 'Security.Principal.SecurityIdentifier', 'System.Security.Principal.SecurityIdentifier') { $accelerators::Add($short, [MadeUpSid]) }
foreach ($short in 'adsi', 'DirectoryServices.DirectoryEntry', 'System.DirectoryServices.DirectoryEntry') { $accelerators::Add($short, [MadeUpEntry]) }
$global:MadeUpCoreTypes = @([MadeUpEntry])
