/* Draws the charts a page declares: `<div data-chart-src="#id">` beside `<script type="application/json" id>`.
   Colours come from the style sheet, so both themes and print are right; tooltips are drawn, not HTML. */
(() => {
  const drawn = new Map();
  const chinese = document.documentElement.lang.startsWith("zh");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const PRINT_WIDTH = 680;

  function palette(printing) {
    const root = document.documentElement;
    const theme = root.dataset.bsTheme;
    if (!printing || theme === "light") return colours();
    root.dataset.bsTheme = "light";
    const found = colours();
    root.dataset.bsTheme = theme;
    return found;
  }

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--ops-${name}`).trim();
    return {
      ink: read("ink"), soft: read("soft"), faint: read("faint"), line: read("line"), surface: read("surface"),
      font: read("font"),
      main: read("chart-main"), past: read("chart-past"), green: read("chart-green"), amber: read("chart-amber"),
      red: read("chart-red"), grey: read("chart-grey"),
      one: read("chart-1"), two: read("chart-2"), three: read("chart-3"), four: read("chart-4"), five: read("chart-5"), six: read("chart-6"),
    };
  }

  const trimmed = (value) => String(Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1)));

  function axisText(value, percent) {
    if (percent) return `${trimmed(value * 100)}%`;
    const steps = chinese ? [[1e8, "亿"], [1e4, "万"]] : [[1e9, "B"], [1e6, "M"], [1e4, null]];
    for (const [size, mark] of steps) {
      if (Math.abs(value) >= size) return mark ? `${trimmed(value / size)}${mark}` : `${trimmed(value / 1e3)}k`;
    }
    return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
  }

  function common(spec, colour, printing) {
    return {
      animation: !printing && !calm,
      animationDuration: 350,
      textStyle: { fontFamily: colour.font, color: colour.soft },
      aria: { enabled: false },
      tooltip: {
        trigger: spec.shape === "bars" ? "item" : "axis",
        renderMode: "richText",
        confine: true,
        axisPointer: { type: spec.shape === "line" ? "line" : "shadow", lineStyle: { color: colour.faint }, shadowStyle: { color: colour.line, opacity: 0.35 } },
        backgroundColor: colour.surface,
        borderColor: colour.line,
        padding: [8, 12],
        textStyle: { color: colour.ink, fontFamily: colour.font, fontSize: 12, rich: { b: { fontWeight: 600, color: colour.ink, lineHeight: 20 }, s: { color: colour.soft, lineHeight: 20 } } },
        formatter: (found) => tip(spec, [found].flat()),
      },
    };
  }

  function tip(spec, points) {
    const place = points[0].dataIndex;
    const rows = spec.series
      .map((series) => [series.name, series.texts[place]])
      .map(([name, text]) => `{s|${name}}  {b|${text}} {s|${spec.measured}}`);
    return [`{b|${spec.labels[place]}}`, ...rows].join("\n");
  }

  function axis(colour, extra) {
    return {
      axisLine: { lineStyle: { color: colour.line } },
      axisTick: { show: false },
      axisLabel: { color: colour.soft, fontSize: 11, fontFamily: colour.font, ...extra?.axisLabel },
      splitLine: { lineStyle: { color: colour.line, type: [3, 4] } },
      ...extra?.axis,
    };
  }

  function valueAxis(spec, colour) {
    return axis(colour, {
      axis: { type: "value", axisLine: { show: false }, scale: spec.shape === "line", splitNumber: 4, name: spec.measured, nameGap: 10, nameTextStyle: { color: colour.soft, fontSize: 11, fontFamily: colour.font, align: "right", padding: [0, 6, 0, 0] } },
      axisLabel: { formatter: (value) => axisText(value, spec.percent) },
    });
  }

  function legend(spec, colour) {
    if (spec.series.length < 2) return undefined;
    return { top: 0, right: 0, itemWidth: 14, itemHeight: spec.shape === "line" ? 3 : 8, icon: "roundRect", textStyle: { color: colour.soft, fontSize: 12, fontFamily: colour.font }, data: spec.series.map((series) => series.name) };
  }

  function marks(spec, colour) {
    if (!spec.marks.length) return undefined;
    return {
      silent: true, symbol: "none",
      data: spec.marks.map((mark) => ({
        [spec.shape === "bars" ? "xAxis" : "yAxis"]: mark.value,
        lineStyle: { color: colour[mark.tone], type: [5, 4], width: 1.25 },
        label: { formatter: mark.label, position: spec.shape === "bars" ? "end" : "insideEndTop", color: colour[mark.tone], fontSize: 11, fontFamily: colour.font },
      })),
    };
  }

  function line(spec, colour, printing) {
    const values = spec.series.flatMap((series) => series.values).filter((value) => value !== null);
    const limits = spec.marks.map((mark) => mark.value);
    const low = Math.min(...values);
    const near = limits.filter((limit) => limit >= low * 0.5 && limit <= Math.max(...values) * 1.35);
    const shown = { ...spec, marks: spec.marks.filter((mark) => near.includes(mark.value)) };
    const y = valueAxis(spec, colour);
    if (near.length) {
      y.max = ({ max }) => (Math.max(...near) > max ? Math.max(...near) * 1.05 : null);
      y.min = ({ min }) => (Math.min(...near) < min ? Math.min(...near) * 0.95 : null);
      Object.assign(y.axisLabel, { showMinLabel: Math.min(...near) >= low, showMaxLabel: Math.max(...near) <= Math.max(...values) });
    }
    return {
      ...common(spec, colour, printing),
      legend: legend(spec, colour),
      grid: { left: 4, right: 24, top: spec.series.length > 1 ? 36 : 26, bottom: 2, containLabel: true },
      xAxis: axis(colour, { axis: { type: "category", data: spec.labels, boundaryGap: false, splitLine: { show: false } }, axisLabel: { hideOverlap: true } }),
      yAxis: y,
      series: spec.series.map((series, order) => ({
        name: series.name, type: "line", data: series.values, connectNulls: false,
        symbol: "circle", symbolSize: 5, showSymbol: false, z: series.dashed ? 2 : 3,
        lineStyle: { width: series.dashed ? 1.5 : 2.5, type: series.dashed ? [4, 4] : "solid", color: colour[series.tone] },
        itemStyle: { color: colour[series.tone] },
        areaStyle: order === 0 && !series.dashed && spec.series.filter((other) => !other.dashed).length === 1 ? { color: colour[series.tone], opacity: 0.08 } : undefined,
        markLine: order === 0 ? marks(shown, colour) : undefined,
      })),
    };
  }

  function stack(spec, colour, printing, width) {
    const rows = spec.series.length > 4 && width < 520 ? 2 : 1;
    return {
      ...common(spec, colour, printing),
      legend: legend(spec, colour),
      grid: { left: 4, right: 8, top: spec.series.length > 1 ? 18 + 24 * rows : 26, bottom: 2, containLabel: true },
      xAxis: axis(colour, { axis: { type: "category", data: spec.labels, splitLine: { show: false } }, axisLabel: { hideOverlap: true } }),
      yAxis: valueAxis(spec, colour),
      series: spec.series.map((series, order) => ({
        name: series.name, type: "bar", stack: "all", data: series.values, barMaxWidth: 36,
        itemStyle: { color: colour[series.tone], borderRadius: order === spec.series.length - 1 ? [3, 3, 0, 0] : 0 },
        markLine: order === 0 ? marks(spec, colour) : undefined,
      })),
    };
  }

  function bars(spec, colour, printing) {
    const series = spec.series[0];
    return {
      ...common(spec, colour, printing),
      grid: { left: 4, right: 64, top: 6, bottom: 2, containLabel: true },
      xAxis: axis(colour, { axis: { type: "value", show: false, splitLine: { show: false } } }),
      yAxis: axis(colour, { axis: { type: "category", inverse: true, data: spec.labels, axisLine: { show: false }, splitLine: { show: false } }, axisLabel: { color: colour.ink, width: 140, overflow: "truncate", fontSize: 12 } }),
      series: [{
        name: series.name, type: "bar", barMaxWidth: 16, cursor: spec.links.length ? "pointer" : "default",
        data: series.values.map((value, place) => ({ value, itemStyle: { color: colour[spec.tones[place] ?? series.tone], borderRadius: [0, 3, 3, 0] } })),
        label: { show: true, position: "right", color: colour.ink, fontFamily: colour.font, fontSize: 12, formatter: ({ dataIndex }) => `${series.texts[dataIndex]} ${spec.measured}` },
        markLine: marks(spec, colour),
      }],
    };
  }

  const shapes = { line, stack, bars };

  function draw(holder, printing = false) {
    const source = document.querySelector(holder.dataset.chartSrc);
    if (!source || !window.echarts) return;
    const spec = JSON.parse(source.textContent);
    let chart = drawn.get(holder);
    if (!chart) {
      if (spec.shape === "bars") holder.dataset.rows = String(Math.min(spec.labels.length, 20));
      chart = window.echarts.init(holder, null, { renderer: "canvas" });
      drawn.set(holder, chart);
      watcher.observe(holder);
      chart.on("click", ({ dataIndex }) => {
        const link = spec.links[dataIndex];
        if (link) window.location.assign(link);
      });
    }
    chart.setOption(shapes[spec.shape](spec, palette(printing), printing, holder.clientWidth), { notMerge: true });
  }

  const watcher = new ResizeObserver((entries) => {
    for (const entry of entries) {
      if (entry.contentRect.width > 0) drawn.get(entry.target)?.resize();
    }
  });

  function drawAll(root = document) {
    for (const [holder, chart] of drawn) {
      if (!holder.isConnected) {
        chart.dispose();
        watcher.unobserve(holder);
        drawn.delete(holder);
      }
    }
    root.querySelectorAll("[data-chart-src]").forEach((holder) => draw(holder));
  }

  document.addEventListener("DOMContentLoaded", () => drawAll());
  document.addEventListener("themechange", () => drawAll());
  document.addEventListener("htmx:afterSettle", () => drawAll());
  window.addEventListener("beforeprint", () => {
    for (const [holder, chart] of drawn) {
      draw(holder, true);
      chart.resize({ width: Math.min(holder.clientWidth || PRINT_WIDTH, PRINT_WIDTH), animation: { duration: 0 } });
    }
  });
  window.addEventListener("afterprint", () => {
    for (const [holder, chart] of drawn) {
      draw(holder);
      chart.resize({ width: "auto" });
    }
  });
})();
