// Passkeys: asks the browser for one, and hands what it gives to the form. And lets recovery codes be saved as a file.
"use strict";

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};
const text = (buffer) => {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};
const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

function toMake({ publicKey: given }) {
  const user = { ...given.user, id: bytes(given.user.id) };
  const excludeCredentials = named(given.excludeCredentials);
  return { publicKey: { ...given, user, excludeCredentials, challenge: bytes(given.challenge) } };
}

function toShow({ publicKey: given }) {
  const allowCredentials = named(given.allowCredentials);
  return { publicKey: { ...given, allowCredentials, challenge: bytes(given.challenge) } };
}

function asJson(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.dataset.fetch, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return (await answer.json()).request_options;
}

async function usePasskey(form, button) {
  const problem = form.querySelector("[data-passkey-problem]");
  problem.hidden = true;
  button.setAttribute("aria-busy", "true");
  try {
    const options = await optionsOf(form);
    const credential =
      form.dataset.passkey === "make"
        ? await navigator.credentials.create(toMake(options))
        : await navigator.credentials.get(toShow(options));
    form.elements.credential.value = asJson(credential);
    form.submit();
  } catch (error) {
    const words = { SecurityError: "notHere", InvalidStateError: "known" }[error.name] || "notUsed";
    problem.textContent = problem.dataset[words];
    problem.hidden = false;
    button.removeAttribute("aria-busy");
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const go = form.querySelector("[data-passkey-go]");
  form.hidden = !window.PublicKeyCredential;
  go.addEventListener("click", () => usePasskey(form, go));
  form.addEventListener("submit", (event) => {
    event.preventDefault(); // Enter in the field of the name
    usePasskey(form, go);
  });
}

for (const button of document.querySelectorAll("[data-save-text]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const lines = [...document.getElementById(button.dataset.saveText).children].map((each) => each.textContent.trim());
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${location.host}\n\n${lines.join("\n")}\n`], { type: "text/plain" }));
    link.download = button.dataset.saveAs;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
