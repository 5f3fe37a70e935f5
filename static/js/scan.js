/* Scanning: a keyboard scanner ends with Enter and needs nothing; where the browser reads bar codes, a camera button does the same. */
(() => {
  const formats = ["code_39", "code_128", "qr_code", "data_matrix"];
  const camera = "BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia;

  /* A camera: its case, the finder on top, the lens. */
  function drawn() {
    const space = "http://www.w3.org/2000/svg";
    const picture = document.createElementNS(space, "svg");
    picture.setAttribute("class", "icon");
    picture.setAttribute("viewBox", "0 0 24 24");
    picture.setAttribute("fill", "none");
    picture.setAttribute("stroke", "currentColor");
    picture.setAttribute("stroke-width", "2");
    picture.setAttribute("aria-hidden", "true");
    const parts = [
      ["rect", { x: 3, y: 7, width: 18, height: 13, rx: 2 }],
      ["path", { d: "M8 7l2-3h4l2 3" }],
      ["circle", { cx: 12, cy: 13.5, r: 3.5 }],
    ];
    for (const [name, told] of parts) {
      const part = document.createElementNS(space, name);
      for (const [key, value] of Object.entries(told)) part.setAttribute(key, value);
      picture.append(part);
    }
    return picture;
  }

  function plain(text) {
    return text.trim().toUpperCase().replace(/^I(?=[A-HJ-NPR-Z0-9]{17}$)/, "");
  }

  async function read(input) {
    const detector = new window.BarcodeDetector({ formats });
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    const video = document.createElement("video");
    video.className = "scan-view";
    video.playsInline = true;
    video.srcObject = stream;
    input.closest("form").before(video);
    await video.play();
    const stop = () => {
      for (const track of stream.getTracks()) track.stop();
      video.remove();
    };
    video.addEventListener("click", stop);
    while (video.isConnected) {
      const [found] = await detector.detect(video);
      if (found) {
        stop();
        input.value = plain(found.rawValue);
        if (input.dataset.scan !== "vin") input.form.requestSubmit();
        return;
      }
      await new Promise((next) => requestAnimationFrame(next));
    }
  }

  function dress(root) {
    for (const input of root.querySelectorAll("[data-scan]:not([data-dressed])")) {
      input.dataset.dressed = "1";
      if (input.dataset.scan === "submit") input.focus();
      if (!camera) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-icon";
      button.append(drawn());
      button.ariaLabel = input.dataset.scanLabel ?? "VIN";
      button.addEventListener("click", () => read(input).catch(() => button.remove()));
      if (input.dataset.scan === "vin") {
        const row = document.createElement("div");
        row.className = "d-flex gap-2";
        input.replaceWith(row);
        row.append(input, button);
      } else {
        input.after(button);
      }
    }
  }

  dress(document);
  document.body.addEventListener("htmx:afterSwap", (event) => dress(event.target));
})();
