# ConvertTo-Json as Windows PowerShell 5.1 has it, where it differs from the one of PowerShell 7 that runs here:
# - $null as the whole gives nothing at all; nothing (what a command without output leaves) within a table gives {};
# - an array that some command wrapped in an object gives {"value":[...],"Count":n}, text with properties {"value":"...",...};
# - a date gives "\/Date(...)\/"; ' < > & are written as \u0027 \u003c \u003e \u0026.

function ConvertTo-MadeUpJsonValue($Value) {
    if ($Value -is [datetime]) { return '/Date({0})/' -f [DateTimeOffset]::new($Value).ToUnixTimeMilliseconds() }
    if ($Value -is [Collections.IDictionary]) {
        $table = [ordered]@{}
        foreach ($key in @($Value.get_Keys())) {
            $table["$key"] = if ($null -eq $Value[$key] -and @($Value[$key]).Count -eq 0) { [ordered]@{} } else { ConvertTo-MadeUpJsonItem $Value[$key] ($Value[$key] -is [psobject]) }
        }
        return $table
    }
    if ($Value -is [Collections.IList]) {
        $list = [Collections.Generic.List[object]]::new()
        for ($i = 0; $i -lt $Value.Count; $i++) { $list.Add((ConvertTo-MadeUpJsonItem $Value[$i] ($Value[$i] -is [psobject]))) }
        return , $list.ToArray()
    }
    , $Value
}

function ConvertTo-MadeUpJsonItem($Item, [bool] $Wrapped) {
    if ($null -eq $Item) { return $null }
    if ($Wrapped -and $Item -is [array]) { return [ordered]@{ value = (ConvertTo-MadeUpJsonValue $Item); Count = $Item.Count } }
    if ($Wrapped -and ($Item -is [string] -or $Item -is [ValueType])) {
        $more = @($Item.PSObject.Properties | Where-Object { $_.MemberType -eq 'NoteProperty' })
        if ($more.Count) {
            $table = [ordered]@{ value = $Item.PSObject.BaseObject }
            foreach ($property in $more) { $table[$property.Name] = "$($property.Value)" }
            return $table
        }
    }
    ConvertTo-MadeUpJsonValue $Item
}

function ConvertTo-Json {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [AllowNull()] $InputObject, [int] $Depth = 2, [switch] $Compress)
    if ($null -eq $InputObject) { return }
    $made = ConvertTo-MadeUpJsonItem $InputObject ($InputObject -is [psobject] -and $InputObject -is [array])
    $text = Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $made -Depth $Depth -Compress:$Compress -WarningAction SilentlyContinue
    foreach ($char in "'", '<', '>', '&') { $text = $text.Replace($char, ('\u{0:x4}' -f [int][char]$char)) }
    $text.Replace('"/Date(', '"\/Date(').Replace(')/"', ')\/"')
}
