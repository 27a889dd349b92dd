// The address behind the slip's QR code carries the code after a #, where no server sees it. This types it for its owner.
"use strict";

const slip = document.querySelector("form[data-join]");

function takeCode() {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!code) return;
  history.replaceState(null, "", location.pathname);
  slip.elements.code.value = code;
  slip.requestSubmit();
}

takeCode();
addEventListener("hashchange", takeCode);
