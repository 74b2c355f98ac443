# What PowerShell's own parser finds in scripts. Standard input: JSON, name -> text. Standard output: JSON, name -> findings.
$texts = [Console]::In.ReadToEnd() | ConvertFrom-Json -AsHashtable

function Get-Constant($Element) {
    if ($Element -is [Management.Automation.Language.ConstantExpressionAst]) { return "$($Element.Value)" }
    if ($Element -is [Management.Automation.Language.ArrayExpressionAst] -or $Element -is [Management.Automation.Language.ArrayLiteralAst]) { return '@' }
    $null
}

function Get-Tokens($Tokens) {
    foreach ($token in $Tokens) {
        @{ kind = "$($token.Kind)"; text = $token.Text; line = $token.Extent.StartLineNumber }
        if ($token.NestedTokens) { Get-Tokens $token.NestedTokens }
    }
}

# The function in which a node stands, or ''.
function Get-Home($Node) {
    for ($up = $Node.Parent; $null -ne $up; $up = $up.Parent) {
        if ($up -is [Management.Automation.Language.FunctionDefinitionAst]) { return $up.Name }
    }
    ''
}

$found = @{}
foreach ($name in $texts.Keys) {
    $tokens = $null
    $errors = $null
    $tree = [Management.Automation.Language.Parser]::ParseInput($texts[$name], [ref]$tokens, [ref]$errors)
    $all = @($tree.FindAll({ $true }, $true))
    $found[$name] = @{
        errors     = @($errors | ForEach-Object { "$($_.ErrorId) line $($_.Extent.StartLineNumber): $($_.Message)" })
        tokens     = @(Get-Tokens $tokens)
        statements = $tree.EndBlock.Statements.Count
        functions  = @($all | Where-Object { $_ -is [Management.Automation.Language.FunctionDefinitionAst] } | ForEach-Object {
                $parameters = if ($_.Parameters) { $_.Parameters } else { $_.Body.ParamBlock.Parameters }
                @{ name = $_.Name; parameters = @($parameters | Where-Object { $_ } | ForEach-Object { $_.Name.VariablePath.UserPath }) }
            })
        commands   = @($all | Where-Object { $_ -is [Management.Automation.Language.CommandAst] } | ForEach-Object {
                $rest = @($_.CommandElements | Select-Object -Skip 1)
                @{
                    name = $_.GetCommandName(); operator = "$($_.InvocationOperator)"; what = $_.CommandElements[0].GetType().Name
                    first = $_.CommandElements[0].Extent.Text; text = $_.Extent.Text; line = $_.Extent.StartLineNumber; home = Get-Home $_
                    parameters = @($rest | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] } | ForEach-Object { $_.ParameterName })
                    arguments = @($rest | Where-Object { $_ -isnot [Management.Automation.Language.CommandParameterAst] } | ForEach-Object { , (Get-Constant $_) })
                    named = @{} + $(
                        $named = @{}
                        for ($i = 0; $i + 1 -lt $rest.Count; $i++) {
                            if ($rest[$i] -is [Management.Automation.Language.CommandParameterAst]) { $named[$rest[$i].ParameterName] = Get-Constant $rest[$i + 1] }
                        }
                        $named
                    )
                }
            })
        types      = @($all | Where-Object { $_ -is [Management.Automation.Language.TypeExpressionAst] -or $_ -is [Management.Automation.Language.TypeConstraintAst] } | ForEach-Object {
                $type = $_.TypeName
                while ($type -is [Management.Automation.Language.ArrayTypeName]) { $type = $type.ElementType }
                @{ name = $type.FullName; line = $_.Extent.StartLineNumber }
            })
        members    = @($all | Where-Object { $_ -is [Management.Automation.Language.MemberExpressionAst] } | ForEach-Object {
                $type = if ($_.Expression -is [Management.Automation.Language.TypeExpressionAst]) { $_.Expression.TypeName.FullName }
                $invoked = $_ -is [Management.Automation.Language.InvokeMemberExpressionAst]
                @{
                    member = Get-Constant $_.Member; static = $_.Static; type = $type; invoked = $invoked; text = $_.Extent.Text
                    on = $_.Expression.Extent.Text; line = $_.Extent.StartLineNumber
                    arguments = @(if ($invoked) { $_.Arguments | Where-Object { $_ } | ForEach-Object { , (Get-Constant $_) } })
                }
            })
        writes     = @(
            $all | Where-Object { $_ -is [Management.Automation.Language.FileRedirectionAst] -and $_.Location.Extent.Text -ne '$null' } | ForEach-Object { "redirection $($_.Extent.Text)" }
            $all | Where-Object { $_ -is [Management.Automation.Language.AssignmentStatementAst] } | ForEach-Object {
                foreach ($variable in $_.Left.FindAll({ $args[0] -is [Management.Automation.Language.VariableExpressionAst] }, $false)) {
                    # One is known: it keeps Windows from writing a cache, and is of this process only.
                    $known = "`$env:PSModuleAnalysisCachePath = 'nul'"
                    if ($variable.VariablePath.IsDriveQualified -and $_.Extent.Text -cne $known) { "assignment $($_.Extent.Text)" }
                }
            }
        )
        other      = @($all | Where-Object {
                $_ -is [Management.Automation.Language.PipelineAst] -and $_.Background -or $_ -is [Management.Automation.Language.TrapStatementAst] -or
                $_ -is [Management.Automation.Language.TypeDefinitionAst] -or $_ -is [Management.Automation.Language.UsingStatementAst] -or
                $_ -is [Management.Automation.Language.ConfigurationDefinitionAst] -or $_ -is [Management.Automation.Language.DataStatementAst]
            } | ForEach-Object { "$($_.GetType().Name) $($_.Extent.Text)" })
        operators  = @($all | Where-Object { $_ -is [Management.Automation.Language.BinaryExpressionAst] } | ForEach-Object {
                $blocks = @($_.Right.FindAll({ $args[0] -is [Management.Automation.Language.ScriptBlockExpressionAst] }, $false)).Count
                if ("$($_.Operator)" -like '*replace' -and $blocks) { "$($_.Extent.Text) replaces by a block" }
                if ("$($_.Operator)" -eq 'DotDot' -and $_.Left -is [Management.Automation.Language.StringConstantExpressionAst]) { "$($_.Extent.Text) is a range of characters" }
            })
        variables  = @($all | Where-Object { $_ -is [Management.Automation.Language.VariableExpressionAst] } | ForEach-Object { $_.VariablePath.UserPath } | Sort-Object -Unique)
    }
}
ConvertTo-Json -InputObject $found -Depth 8 -Compress
