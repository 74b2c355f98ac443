# The registry of a made-up Windows: a provider named Registry over the description, with the drives HKLM: and HKCU:.
# Dot-sourced by made_up.ps1. Get-Item, Get-ItemProperty and the others are PowerShell's own; their error ids are real.
# In Constrained Language the body of a class is constrained too, functions made before are not: so the class only calls those.

$global:MadeUpKeys = @{ Path = ''; Leaf = ''; Denied = $false; Values = [ordered]@{}; Keys = [ordered]@{} }
$global:MadeUpHives = @{ HKLM = 'HKEY_LOCAL_MACHINE'; HKU = 'HKEY_USERS'; HKCU = 'HKEY_CURRENT_USER'; HKCR = 'HKEY_CLASSES_ROOT' }

# The key of a path; made when $Make, else $null when there is none. A denied key on the way denies what is below.
function Find-MadeUpKey([string] $Path, [bool] $Make) {
    $key = $global:MadeUpKeys
    foreach ($part in $Path.Replace('/', '\').Split([char[]]'\', [StringSplitOptions]::RemoveEmptyEntries)) {
        if (-not $key.Path -and $global:MadeUpHives.ContainsKey($part)) { $part = $global:MadeUpHives[$part] }
        if (-not $key.Keys.Contains($part)) {
            if (-not $Make) { return $null }
            $full = if ($key.Path) { $key.Path + '\' + $part } else { $part }
            $key.Keys[$part] = @{ Path = $full; Leaf = $part; Denied = $false; Values = [ordered]@{}; Keys = [ordered]@{} }
        }
        $key = $key.Keys[$part]
        if ($key.Denied -and -not $Make) { throw [Security.SecurityException]::new('De gevraagde registertoegang is niet toegestaan.') }
    }
    $key
}

# A value of the description as .NET reads it from the registry.
function ConvertTo-MadeUpValue($Value) {
    if ($Value -is [Collections.IDictionary]) {
        if ($Value.Contains('@hex')) { return , [Convert]::FromHexString($Value['@hex']) }
        if ($Value.Contains('@qword')) { return [long]$Value['@qword'] }
        if ($Value.Contains('@malformed')) { return [InvalidCastException]::new('De opgegeven conversie is ongeldig.') }
        throw "made-up registry: what is $($Value.Keys)?"
    }
    if ($Value -is [Collections.IList]) { return , [string[]]$Value }
    if ($Value -is [long] -or $Value -is [int]) {
        if ($Value -lt -2147483648 -or $Value -gt 2147483647) { throw "made-up registry: $Value is no signed DWORD: use -1 for 0xffffffff, or @qword" }
        return [int]$Value
    }
    if ($Value -isnot [string]) { throw 'made-up registry: a value is a number, text, a list of texts, @hex or @qword' }
    $Value
}

function Add-MadeUpKeys([Collections.IDictionary] $Keys, [bool] $Admin) {
    foreach ($path in $Keys.Keys) {
        $key = Find-MadeUpKey $path $true
        foreach ($name in $Keys[$path].Keys) {
            $value = $Keys[$path][$name]
            if ($name -eq '@denied') { $key.Denied = $value -eq $true -or ($value -eq 'user' -and -not $Admin) }
            else { $key.Values[$name] = ConvertTo-MadeUpValue $value }
        }
    }
}

# A key as Get-Item gives it: a RegistryKey, with the names of its values as Property.
function Show-MadeUpKey($Provider, $Key) {
    $item = [pscustomobject]@{
        PSTypeName = 'Microsoft.Win32.RegistryKey'; Name = $Key.Path; Property = [string[]]@($Key.Values.Keys)
        SubKeyCount = $Key.Keys.Count; ValueCount = $Key.Values.Count
    }
    $Provider.WriteItemObject($item, $Key.Path, $true)
}

function Deny-MadeUpKey($Provider, [string] $Path) {
    $why = [Security.SecurityException]::new('De gevraagde registertoegang is niet toegestaan.')
    $Provider.WriteError([Management.Automation.ErrorRecord]::new($why, $why.GetType().FullName, 'PermissionDenied', $Path))
}

# The key, or an error of the right kind written and nothing.
function Open-MadeUpKey($Provider, [string] $Path) {
    try {
        $key = Find-MadeUpKey $Path $false
        if ($null -ne $key) { return $key }
        $why = [ArgumentException]::new('Het opgegeven pad bestaat niet.')
        $Provider.WriteError([Management.Automation.ErrorRecord]::new($why, $why.GetType().FullName, 'InvalidArgument', $Path))
    } catch [Security.SecurityException] {
        Deny-MadeUpKey $Provider $Path
    }
}

# As on Windows: a key that may not be opened does exist.
function Test-MadeUpKey([string] $Path) {
    try { $null -ne (Find-MadeUpKey $Path $false) } catch [Security.SecurityException] { $true }
}

function Read-MadeUpKey($Provider, [string] $Path) {
    $key = Open-MadeUpKey $Provider $Path
    if ($null -ne $key) { Show-MadeUpKey $Provider $key }
}

# With -Name the names are listed without opening the keys that bear them.
function Read-MadeUpChildren($Provider, [string] $Path, [bool] $Recurse, [bool] $Names) {
    $key = Open-MadeUpKey $Provider $Path
    if ($null -eq $key) { return }
    foreach ($child in @($key.Keys.Values)) {
        if ($Names) { $Provider.WriteItemObject($child.Leaf, $child.Path, $true); continue }
        if ($child.Denied) { Deny-MadeUpKey $Provider $child.Path; continue }
        Show-MadeUpKey $Provider $child
        if ($Recurse) { Read-MadeUpChildren $Provider $child.Path $true $false }
    }
}

# As on Windows: all values, or those named; a name that is not there is an error, after which the next one is read.
function Read-MadeUpValues($Provider, [string] $Path, $Names) {
    $key = Open-MadeUpKey $Provider $Path
    if ($null -eq $key) { return }
    $found = [pscustomobject]@{}
    $any = $false
    $wanted = if ($null -eq $Names -or $Names.Count -eq 0) { @($key.Values.Keys) } else { @($Names) }
    foreach ($name in $wanted) {
        if (-not $key.Values.Contains($name)) {
            $why = [Management.Automation.PSArgumentException]::new("De eigenschap $name bestaat niet bij pad $Path.")
            $Provider.WriteError([Management.Automation.ErrorRecord]::new($why, $why.GetType().FullName, 'InvalidArgument', $name))
            continue
        }
        if ($key.Values[$name] -is [InvalidCastException]) {
            # Up to PowerShell 7.4 this ends the reading of the key: nothing of it comes.
            $Provider.WriteError([Management.Automation.ErrorRecord]::new($key.Values[$name], 'System.InvalidCastException', 'NotSpecified', $Path))
            return
        }
        $shown = if ($name -eq '') { '(default)' } else { $name }
        Add-Member -InputObject $found -MemberType NoteProperty -Name $shown -Value $key.Values[$name] -Force
        $any = $true
    }
    if ($any) { $Provider.WritePropertyObject($found, $Path) }
}

function Stop-MadeUpWriting([string] $What) { throw "made-up registry: $What was to be written" }

[Management.Automation.Provider.CmdletProvider('Registry', 'None')]
class MadeUpProvider : Management.Automation.Provider.NavigationCmdletProvider, Management.Automation.Provider.IPropertyCmdletProvider {
    [bool] IsValidPath([string] $path) { return $true }
    [bool] ItemExists([string] $path) { return Test-MadeUpKey $path }
    [bool] IsItemContainer([string] $path) { return Test-MadeUpKey $path }
    [bool] HasChildItems([string] $path) { return $true }
    [void] GetItem([string] $path) { Read-MadeUpKey $this $path }
    [void] GetChildItems([string] $path, [bool] $recurse) { Read-MadeUpChildren $this $path $recurse $false }
    [void] GetChildItems([string] $path, [bool] $recurse, [uint32] $depth) { Read-MadeUpChildren $this $path ($recurse -and $depth -gt 0) $false }
    [void] GetChildNames([string] $path, [Management.Automation.ReturnContainers] $containers) { Read-MadeUpChildren $this $path $false $true }
    [void] GetProperty([string] $path, [Collections.ObjectModel.Collection[string]] $names) { Read-MadeUpValues $this $path $names }
    [object] GetPropertyDynamicParameters([string] $path, [Collections.ObjectModel.Collection[string]] $names) { return $null }
    [void] SetProperty([string] $path, [psobject] $value) { Stop-MadeUpWriting $path }
    [object] SetPropertyDynamicParameters([string] $path, [psobject] $value) { return $null }
    [void] ClearProperty([string] $path, [Collections.ObjectModel.Collection[string]] $names) { Stop-MadeUpWriting $path }
    [object] ClearPropertyDynamicParameters([string] $path, [Collections.ObjectModel.Collection[string]] $names) { return $null }
}

Import-Module -Assembly ([MadeUpProvider].Assembly) -Scope Global -WarningAction SilentlyContinue
$null = New-PSDrive -Name HKLM -PSProvider Registry -Root 'HKEY_LOCAL_MACHINE' -Scope Global
$null = New-PSDrive -Name HKCU -PSProvider Registry -Root 'HKEY_CURRENT_USER' -Scope Global
