// A client-side router of thirty lines: one <afterword-thread> stays in the page, only its attributes change.
const chapters = {
  harbour: {
    title: 'The harbour',
    text: 'In the harbour the boats lie so close together that you can walk to the last one without wetting a shoe.',
  },
  island: {
    title: 'The island',
    text: 'The island is small enough that everybody has been everywhere, and still they go for walks.',
  },
  storm: {
    title: 'The storm',
    text: 'When the storm came, it came politely, from the left, and asked whether anyone was home.',
  },
};

const thread = document.createElement('afterword-thread');
document.getElementById('conversation').append(thread);

function show() {
  const asked = new URL(location.href).searchParams.get('chapter') ?? '';
  const name = Object.hasOwn(chapters, asked) ? asked : 'harbour';
  const { title, text } = chapters[name];
  document.getElementById('chapter-title').textContent = title;
  document.getElementById('chapter-text').textContent = text;
  for (const link of document.querySelectorAll('[data-chapter]')) {
    if (link.dataset.chapter === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  thread.setAttribute('url', new URL(`/demo/routed?chapter=${name}`, location.href).href);
  thread.setAttribute('page-title', title);
}

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element && event.target.closest('[data-chapter]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  show();
});
addEventListener('popstate', show);
show();
