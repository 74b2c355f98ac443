# CIM of a made-up Windows: Get-CimInstance and Invoke-CimMethod over `cim` of the description.

enum MadeUpNativeErrorCode {
    Ok = 0; Failed = 1; AccessDenied = 2; InvalidNamespace = 3; InvalidParameter = 4; InvalidClass = 5; NotFound = 6; NotSupported = 7
    InvalidQuery = 15; MethodNotAvailable = 16; MethodNotFound = 17; InvalidOperationTimeout = 22; ServerLimitsExceeded = 27
}
class MadeUpCimException : Exception {
    [MadeUpNativeErrorCode] $NativeErrorCode
    MadeUpCimException([string] $text, [int] $native) : base($text) { $this.NativeErrorCode = $native }
}

# The usual ways to fail, by name: FullyQualifiedErrorId, category, native code, message in the language of a Dutch Windows.
$global:MadeUpErrors = @{
    namespace = @{ id = 'HRESULT 0x8004100e'; category = 'MetadataError'; native = 3; text = 'Ongeldige naamruimte' }
    class     = @{ id = 'HRESULT 0x80041010'; category = 'MetadataError'; native = 5; text = 'Ongeldige klasse' }
    denied    = @{ id = 'HRESULT 0x80041003'; category = 'PermissionDenied'; native = 2; text = 'Toegang geweigerd' }
    method    = @{ id = 'HRESULT 0x8004102e'; category = 'InvalidType'; native = 17; text = 'Methode niet gevonden' }
    broken    = @{ id = 'HRESULT 0x80041001'; category = 'NotSpecified'; native = 1; text = 'Algemene fout' }
    timeout   = @{ id = 'HRESULT 0x40004'; category = 'OperationTimeout'; native = 1; text = 'Time-out' }
}

# Write an error as the real command does: not terminating, unless the caller stops at errors.
function Write-MadeUpError($Cmdlet, $Spec, [string] $Source) {
    if ($Spec -is [string]) {
        $known = $global:MadeUpErrors[$Spec]
        $Spec = if ($known) { $known } else { @{ id = $Spec; category = 'NotSpecified' } }
    }
    $text = if ($Spec['text']) { $Spec['text'] } else { 'Er is een fout opgetreden.' }
    $why = if ($Spec.Contains('native')) { [MadeUpCimException]::new($text, $Spec['native']) }
    elseif ($Spec.Contains('hresult')) { [Runtime.InteropServices.COMException]::new($text, [int]$Spec['hresult']) }
    else { [InvalidOperationException]::new($text) }
    $id = $Spec['id']
    if ($Source -and -not $id.Contains(',')) { $id = "$id,$Source" }
    $category = if ($Spec['category']) { $Spec['category'] } else { 'NotSpecified' }
    $Cmdlet.WriteError([Management.Automation.ErrorRecord]::new($why, $id, $category, $null))
}

# What a description says, as .NET objects: dates are local as CIM gives them.
function ConvertTo-MadeUp($Value) {
    if ($Value -is [Collections.IDictionary]) {
        if ($Value.Contains('@date')) { return [DateTimeOffset]::FromUnixTimeSeconds([long]$Value['@date']).LocalDateTime }
        if ($Value.Contains('@hex')) { return , [Convert]::FromHexString($Value['@hex']) }
        if ($Value.Contains('@version')) { return [version]$Value['@version'] }
        if ($Value.Contains('@guid')) { return [guid]$Value['@guid'] }
        if ($Value.Contains('@seconds')) { return [timespan]::FromSeconds($Value['@seconds']) }
        if ($Value.Contains('@uint32')) { return [uint32]$Value['@uint32'] }
        if ($Value.Contains('@sid')) { return [MadeUpSid]::new([string]$Value['@sid']) }
        $object = [pscustomobject]@{}
        foreach ($name in $Value.Keys) {
            if (-not $name.StartsWith('@')) { Add-Member -InputObject $object -MemberType NoteProperty -Name $name -Value (ConvertTo-MadeUp $Value[$name]) -Force }
        }
        return $object
    }
    if ($Value -is [Collections.IList]) { return , [object[]]@($Value | ForEach-Object { , (ConvertTo-MadeUp $_) } | ForEach-Object { $_ }) }
    $Value
}

# In WQL and XPath AND binds closer than OR, in PowerShell both are alike: brackets say which goes first.
function Set-MadeUpBrackets($Words) {
    $closer = @{ '(' = '(('; ')' = '))'; '-or' = ') -or (' }
    '((' + (@($Words | ForEach-Object { if ($closer.ContainsKey("$_")) { $closer["$_"] } else { $_ } }) -join ' ') + '))'
}

# A WQL condition as PowerShell over $o.
function ConvertFrom-MadeUpFilter([string] $Text) {
    $pattern = '\G\s*(?:(?<text>''(?:[^''\\]|\\.)*''|"(?:[^"\\]|\\.)*")|(?<op><=|>=|<>|!=|=|<|>|\(|\))|(?<number>-?\d+)|(?<word>[A-Za-z_]\w*))\s*'
    $at = 0
    $made = @()
    $like = $false
    while ($at -lt $Text.Length) {
        $match = [regex]::new($pattern).Match($Text, $at)
        if (-not $match.Success -or $match.Length -eq 0) { throw "made-up CIM: filter not understood: $Text" }
        $at += $match.Length
        if ($match.Groups['text'].Success) {
            $inside = $match.Groups['text'].Value.Substring(1, $match.Groups['text'].Length - 2) -replace '\\(.)', '$1'
            if ($like) { $inside = [WildcardPattern]::Escape($inside).Replace('%', '*').Replace('_', '?'); $like = $false }
            $made += "'" + $inside.Replace("'", "''") + "'"
        } elseif ($match.Groups['op'].Success) {
            $made += @{ '=' = '-eq'; '<>' = '-ne'; '!=' = '-ne'; '<' = '-lt'; '>' = '-gt'; '<=' = '-le'; '>=' = '-ge'; '(' = '('; ')' = ')' }[$match.Groups['op'].Value]
        } elseif ($match.Groups['number'].Success) {
            $made += $match.Groups['number'].Value
        } else {
            $word = $match.Groups['word'].Value
            $known = @{ AND = '-and'; OR = '-or'; NOT = '-not'; TRUE = '$true'; FALSE = '$false'; NULL = '$null'; IS = '-eq'; LIKE = '-like' }
            if ($word -eq 'LIKE') { $like = $true }
            if ($word -eq 'NOT' -and $made.Count -and $made[-1] -eq '-eq') { $made[-1] = '-ne' }
            elseif ($word -eq 'NOT' -and $Text.Substring($at).TrimStart()[0] -ne '(') { throw "made-up CIM: NOT without brackets: $Text" }
            elseif ($known.ContainsKey($word)) { $made += $known[$word] }
            else { $made += '$o.' + $word }
        }
    }
    [scriptblock]::Create('param($o) ' + (Set-MadeUpBrackets $made))
}

function Get-CimInstance {
    [CmdletBinding()]
    param($CimSession, [Parameter(Position = 0)] $ClassName, $Filter, $InputObject, [switch] $KeyOnly, $Namespace = 'root/cimv2',
        $OperationTimeoutSec, $Property, $Query, $QueryDialect, $ResourceUri, [switch] $Shallow)
    $source = 'Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand'
    if (-not $ClassName) { throw 'made-up CIM: only -ClassName is known' }
    $place = $Namespace.Replace('\', '/').Trim('/')
    $entry = $null
    $near = $place -eq 'root/cimv2'
    foreach ($name in $global:MadeUp['cim'].Keys) {
        $parts = $name.Replace('\', '/').Split(':')
        if ($parts[0] -ne $place) { continue }
        $near = $true
        if ($parts[1] -eq $ClassName) { $entry = $global:MadeUp['cim'][$name]; $found = $true }
    }
    if (-not $global:MadeUp['rights']['admin'] -and $global:MadeUp['rights']['network']) {
        Write-MadeUpError $PSCmdlet 'denied' $source
        return
    }
    if (-not $found) {
        Write-MadeUpError $PSCmdlet $(if ($near) { 'class' } else { 'namespace' }) $source
        return
    }
    if ($entry -is [Collections.IDictionary] -and $entry.Contains('@error')) {
        Write-MadeUpError $PSCmdlet $entry['@error'] $source
        return
    }
    $chosen = if ($Filter) { ConvertFrom-MadeUpFilter $Filter }
    foreach ($row in @($entry)) {
        $instance = ConvertTo-MadeUp $row
        if ($chosen -and -not (& $chosen $instance)) { continue }
        $instance.PSObject.TypeNames.Insert(0, 'Microsoft.Management.Infrastructure.CimInstance')
        $instance.PSObject.TypeNames.Insert(0, "Microsoft.Management.Infrastructure.CimInstance#$place/$ClassName")
        if ($Property) {
            foreach ($other in @($instance.PSObject.Properties)) { if ($other.Name -notin $Property) { $other.Value = $null } }
        }
        Add-Member -InputObject $instance -MemberType NoteProperty -Name '@methods' -Value $row['@methods']
        $instance
    }
}

# A method answers what the description says; one that takes an argument may have an answer for each of its values.
function Invoke-CimMethod {
    [CmdletBinding()]
    param($Arguments, $CimClass, $CimSession, $ClassName, [Parameter(ValueFromPipeline, Position = 0)] $InputObject,
        [Parameter(Position = 1)] $MethodName, $Namespace, $OperationTimeoutSec, $Query, $QueryDialect, $ResourceUri)
    $source = 'Microsoft.Management.Infrastructure.CimCmdlets.InvokeCimMethodCommand'
    if ($null -eq $InputObject) { throw 'made-up CIM: only -InputObject is known' }
    $methods = $InputObject.'@methods'
    if ($null -eq $methods -or -not $methods.Contains($MethodName)) {
        Write-MadeUpError $PSCmdlet 'method' $source
        return
    }
    $answer = $methods[$MethodName]
    foreach ($value in @($Arguments.Values)) { if ($answer.Contains("$value")) { $answer = $answer["$value"] } }
    if ($answer.Contains('@error')) {
        Write-MadeUpError $PSCmdlet $answer['@error'] $source
        return
    }
    ConvertTo-MadeUp $answer
}
