(function () {
  "use strict";
  var place = document.getElementById("find");
  var items = Array.prototype.slice.call(document.querySelectorAll("details.group, details.host"));
  var words = items.map(function (item) { return item.textContent.toLowerCase(); });
  var label = place.getAttribute("data-label");
  var field = document.createElement("input");
  field.type = "search";
  field.placeholder = label;
  field.setAttribute("aria-label", label);
  field.addEventListener("input", function () {
    var wanted = field.value.trim().toLowerCase();
    items.forEach(function (item, at) { item.hidden = wanted !== "" && words[at].indexOf(wanted) < 0; });
  });
  place.appendChild(field);
  place.hidden = false;
  function openAt() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var around = target && target.closest("details");
    if (around) { around.open = true; target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", openAt);
  openAt();
  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (item) { item.open = true; });
  });
  window.addEventListener("afterprint", function () { closed.forEach(function (item) { item.open = false; }); });
})();
