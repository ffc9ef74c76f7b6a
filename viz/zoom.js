// What the reader has zoomed to stays when a figure is drawn anew: until a double-click, or until the data leave it.

const backflowZoom = (() => {
  const RANGE = /^([xy]axis\d*)\.range/;
  const titleOf = (axis) => (axis.title?.text ?? "").replaceAll("<br>", " "); // a phone breaks it into lines
  const same = (one, other) => one.every((end, place) => Math.abs(end - other[place]) <= 1e-9 * Math.abs(one[1] - one[0]));

  const axesOf = (layout) => Object.entries(layout).filter(([name]) => RANGE.test(`${name}.range`));

  // The figure's own ranges, to which a double-click goes back.
  function ownRanges(layout) {
    return Object.fromEntries(axesOf(layout).map(([name, axis]) => (axis.range ? [`${name}.range`, [...axis.range]] : [`${name}.autorange`, true])));
  }

  function take(plot, name) {
    const axis = plot._fullLayout[name], range = [...axis.range], own = plot.backflowOwn[`${name}.range`];
    if (own && same(own, range)) plot.backflowChosen.delete(name);
    else plot.backflowChosen.set(name, { range, title: titleOf(axis) });
  }

  function listen(Plotly, plot) {
    plot.on("plotly_relayout", (change) => {
      for (const name of new Set(Object.keys(change).map((key) => RANGE.exec(key)?.[1]))) if (name) take(plot, name);
    });
    plot.on("plotly_doubleclick", () => {
      plot.backflowChosen.clear();
      Plotly.relayout(plot, plot.backflowOwn);
    });
  }

  // The layout with what was chosen on those axes that it still has. Plotly writes into the axes it is given.
  function withChosen(plot, layout) {
    const changed = { ...layout };
    for (const [name, axis] of axesOf(layout)) changed[name] = axis.range ? { ...axis, range: [...axis.range] } : { ...axis };
    for (const [name, { range, title }] of plot.backflowChosen) {
      if (layout[name] && titleOf(layout[name]) === title) changed[name] = { ...layout[name], range: [...range], autorange: false };
      else plot.backflowChosen.delete(name);
    }
    return changed;
  }

  // Whether nothing that is drawn lies between the ends that were chosen.
  function isLeft(plot, [name, { range }]) {
    const axis = plot._fullLayout[name], id = name.replace("axis", ""), letter = name[0], [low, high] = [Math.min(...range), Math.max(...range)];
    const there = plot._fullData.filter((trace) => trace[`${letter}axis`] === id && trace[letter]?.length);
    const inside = (value) => axis.d2c(value) >= low && axis.d2c(value) <= high;
    return there.length > 0 && !there.some((trace) => Array.from(trace[letter]).some(inside));
  }

  // Plotly.react, with what the reader has chosen, for the room that a phone has.
  async function draw(Plotly, plot, data, layout, config) {
    const isNew = !plot.backflowChosen;
    const react = (fitted) => Plotly.react(plot, fitted.data, withChosen(plot, fitted.layout), config);
    plot.backflowChosen ??= new Map();
    plot.backflowOwn = ownRanges(layout);
    plot.backflowGiven = { data, layout };
    await react(backflowNarrow.fit(plot, data, layout));
    if (isNew) listen(Plotly, plot);
    if (isNew) backflowNarrow.follow(plot, () => draw(Plotly, plot, plot.backflowGiven.data, plot.backflowGiven.layout, config));
    const left = [...plot.backflowChosen].filter((choice) => isLeft(plot, choice));
    if (!left.length) return;
    left.forEach(([name]) => plot.backflowChosen.delete(name));
    await react(backflowNarrow.fit(plot, data, layout));
  }

  // The figure as it is drawn anywhere but on a phone, with what the reader has chosen: what is saved.
  function given(plot) {
    const { data, layout } = plot.backflowGiven;
    return { data, layout: withChosen(plot, layout) };
  }

  return { draw, given };
})();
