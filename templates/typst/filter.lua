-- What pandoc's Typst writer leaves to us: chains with reasons, numbered equations, references, theorems.

local reasons = {}
local numbers = {} -- label of a theorem or lemma -> its number
local marks = { proved = "good", numeric = "doubt", unknown = "doubt", failed = "bad" }
local signs = { proved = "sym.checkmark", numeric = "sym.approx", unknown = '"?"', failed = "sym.times" }

local function typst(blocks)
  return (pandoc.write(pandoc.Pandoc(blocks), "typst"):gsub("%s+$", ""))
end

local function math(kind, text)
  local out = typst({ pandoc.Plain({ pandoc.Math(kind, text) }) })
  if not out:match("^%$") or out:find("\\\\begin", 1, true) then
    error("Typst cannot set this formula: " .. text)
  end
  return out
end

local function plain(text)
  return (text:gsub("\\KL%f[%A]", "\\operatorname{KL}"))
end

-- the words of a reason, whose mark has become the name of a Typst function
local function reason(text)
  local mark = ""
  text = text:gsub("~?\\(%a+)%s*$", function(name)
    if marks[name] then mark = "#mark(" .. marks[name] .. ", " .. signs[name] .. ")" return "" end
  end)
  local words = pandoc.read(plain(text), "latex-latex_macros")
  return typst(words:walk({ Link = Link, Math = Math }).blocks) .. (mark ~= "" and "~" .. mark or "")
end

local function chain(text)
  reasons = {}
  text = text:gsub("&&%s*\\reason(%b{})", function(body)
    table.insert(reasons, reason(body:sub(2, -2)))
    return "& & \\text{@@" .. #reasons .. "@@}"
  end)
  local out = math("DisplayMath", text)
  out = out:gsub('upright%("@@(%d+)@@"%)', function(n) return "#reason(gap)[" .. reasons[tonumber(n)] .. "]" end)
  return pandoc.RawInline("typst", "#chain(gap => " .. out .. ")")
end

function Math(el)
  local text = plain(el.text)
  if text:find("\\begin{flalign*}", 1, true) then return chain(text) end
  local out = math(el.mathtype, text)
  if el.mathtype == "DisplayMath" and text:find("\\label{", 1, true) then
    out = "#numbered[" .. out .. "]"
  end
  return pandoc.RawInline("typst", out)
end

function Link(el)
  local kind, name = el.attributes["reference-type"], el.attributes["reference"]
  if kind == "eqref" then return pandoc.RawInline("typst", "#ref(<" .. name .. ">, supplement: none)") end
  if kind == "ref" then
    local number = numbers[name] or error("a reference to nothing: " .. name)
    return pandoc.RawInline("typst", "#link(<" .. name .. ">)[" .. number .. "]")
  end
end

function Header(el)
  el.identifier = ""
  return el
end

function Meta(meta)
  meta.date = nil
  return meta
end

local function number(el)
  local head = el.content[1] and el.content[1].content and el.content[1].content[1]
  if el.identifier ~= "" and head and head.t == "Strong" then
    numbers[el.identifier] = pandoc.utils.stringify(head):match("%S+$")
  end
end

return { { Div = number }, { Math = Math, Link = Link, Header = Header, Meta = Meta } }
