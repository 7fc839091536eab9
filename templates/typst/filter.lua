-- What pandoc's Typst writer leaves to us: chains with reasons, numbered equations, references, theorems.

local reasons = {}
local numbers = {} -- label of a theorem or lemma -> its number
local marks = { proved = "good", numeric = "doubt", unknown = "doubt", failed = "bad" }
local signs = { proved = "sym.checkmark", numeric = "sym.approx", unknown = '"?"', failed = "sym.times" }

local function typst(blocks)
  return (pandoc.write(pandoc.Pandoc(blocks), "typst"):gsub("%s+$", ""))
end

-- Typst's cases have one line a cell: a value of several lines is a formula in a box of its own.
local function boxed(text, boxes, set)
  return (text:gsub("\\begin{cases}.-\\end{cases}", function(cases)
    return (cases:gsub("\\begin{aligned}.-\\end{aligned}", function(lines)
      table.insert(boxes, "#box(" .. set("DisplayMath", lines) .. ")")
      return "\\text{##" .. #boxes .. "##}"
    end))
  end))
end

local function math(kind, text)
  local boxes = {}
  text = boxed(text, boxes, math)
  text = text:gsub("\\notag%f[%A]", "") -- one number stands for all the rows
  local out = typst({ pandoc.Plain({ pandoc.Math(kind, text) }) })
  if not out:match("^%$") or out:find("\\\\begin", 1, true) then
    error("Typst cannot set this formula: " .. text)
  end
  out = out:gsub('upright%("\\?#\\?#(%d+)\\?#\\?#"%)', function(n) return boxes[tonumber(n)] end)
  out = out:gsub('("%a+") (\\?%()', "%1%2")
  -- a sign at the beginning of a line is not that of a negative term
  out = out:gsub("(quad)%s+([-+]) ", '%1 "" %2 '):gsub("(#h%(2em%))%s+([-+]) ", '%1 "" %2 ')
  -- \Bigl and \bigr come as scaled glyphs, which loosen the line
  return (out:gsub("#scale%(x: (%d+)%%, y: %d+%%%)%[\\(.)%]", function(size, mark)
    local kind = (mark == "(" or mark == "[") and "opening" or "closing"
    return string.format('#big("%s", %s, $\\%s$)', kind, size == "180" and "2.3em" or "1.3em", mark)
  end))
end

local function plain(text)
  return (text:gsub("\\KL%f[%A]", "\\operatorname{KL}"))
end

local function reason(text)
  local done = text:find("\\done", 1, true)
  local words = pandoc.read(plain(text:gsub("\\done%s*$", "")), "latex-latex_macros")
  return typst(words:walk({ Link = Link, Math = Math }).blocks) .. (done and "#done" or "")
end

local function chain(text)
  reasons = {}
  text = text:gsub("&&%s*\\(%a+)(%b{})", function(kind, body)
    if kind == "end" then return nil end -- a single row without a reason
    table.insert(reasons, "#" .. kind .. "(gap)[" .. reason(body:sub(2, -2)) .. "]")
    return "& & \\text{@@" .. #reasons .. "@@}"
  end)
  local out = math("DisplayMath", (text:gsub("\\\\%*", "\\\\")))
  out = out:gsub('upright%("@@(%d+)@@"%)', function(n) return reasons[tonumber(n)] end)
  return pandoc.RawInline("typst", "#chain(gap => " .. out .. ")")
end

function Math(el)
  local name = el.text:match("^\\(%a+)$")
  if marks[name] then return pandoc.RawInline("typst", "#mark(" .. marks[name] .. ", " .. signs[name] .. ")") end
  local text = plain(el.text)
  if text:find("\\begin{flalign*}", 1, true) then return chain(text) end
  local out = math(el.mathtype, text)
  if el.mathtype == "InlineMath" and #text < 60 then return pandoc.RawInline("typst", "#box(" .. out .. ")") end
  if el.mathtype == "DisplayMath" and text:find("\\label{", 1, true) then
    out = "#numbered[" .. out .. "]"
  end
  return pandoc.RawInline("typst", out)
end

function Link(el)
  local kind, name = el.attributes["reference-type"], el.attributes["reference"]
  if kind == "eqref" then return pandoc.RawInline("typst", "(#ref(<" .. name .. ">, supplement: none))") end
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

-- a paragraph: the words before a display are kept on its page; the box that ends a proof stands in its last reason
local function paragraph(el)
  local blocks, run = pandoc.List(), pandoc.List()
  for _, inline in ipairs(el.content) do
    local text = inline.t == "RawInline" and inline.text or ""
    if text:match("^#chain") or text:match("^#numbered") or text:match("^%$ ") then
      if #run > 0 then
        blocks:extend({ pandoc.RawBlock("typst", "#sticky["), pandoc.Plain(run), pandoc.RawBlock("typst", "]") })
      end
      blocks:insert(pandoc.Para({ inline }))
      run = pandoc.List()
    elseif not (inline.t == "Str" and inline.text:match("◻")) then
      run:insert(inline)
    end
  end
  if #blocks == 0 then return nil end
  if #run > 0 then blocks:insert(pandoc.Para(run)) end
  return blocks
end

local function frame(el)
  if el.classes[1] == "proof" then return el.content end
  if el.identifier ~= "" and numbers[el.identifier] then
    local out = pandoc.List({ pandoc.RawBlock("typst", "#statement[") })
    out:extend(el.content)
    out:insert(pandoc.RawBlock("typst", "] <" .. el.identifier .. ">"))
    return out
  end
end

return { { Div = number }, { Math = Math, Link = Link, Header = Header, Meta = Meta }, { Para = paragraph, Div = frame } }
